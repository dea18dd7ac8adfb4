package dev.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {

    @TempDir Path folder;

    @Test
    void keepsWhatWasMadeFirst() {
        String made = Secrets.in(folder).keep("key", Secrets::randomKey);

        assertThat(Secrets.in(folder).keep("key", Secrets::randomKey)).isEqualTo(made);
        assertThat(Base64.getDecoder().decode(made)).hasSize(32);
    }

    @Test
    void leavesNothingButTheSecret() throws Exception {
        Secrets.in(folder).keep("key", Secrets::randomKey);

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("key"));
        }
    }

    @Test
    void areReadableByTheirOwnerAlone() throws Exception {
        Path secrets = folder.resolve("secrets");
        Secrets.in(secrets).keep("key", Secrets::randomKey);

        assertThat(Files.getPosixFilePermissions(secrets))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(secrets.resolve("key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }
}
