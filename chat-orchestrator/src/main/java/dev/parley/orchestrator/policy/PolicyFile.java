package dev.parley.orchestrator.policy;

import dev.parley.schemas.record.PolicyRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policy that an instance is started with. The whole file counts or none of it: anything
 * unknown, negative, of the wrong kind or that names a role which is not there is an {@link
 * InvalidPolicyException} with its path.
 *
 * @param records of every subject
 * @param authoritative whether what the file does not name is to vanish; the built-in one only adds
 */
public record PolicyFile(List<PolicyRecord> records, boolean authoritative) {

    private static final String BUILT_IN = "/policy-default.yaml";

    /** The file, or the built-in one where there is none. */
    public static PolicyFile load(@Nullable Path file) {
        if (file == null) {
            try (InputStream in = PolicyFile.class.getResourceAsStream(BUILT_IN)) {
                if (in == null) {
                    throw new IllegalStateException(BUILT_IN + " is not in the jar");
                }
                return new PolicyFile(parse(in.readAllBytes()), false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        try {
            return new PolicyFile(parse(Files.readAllBytes(file)), true);
        } catch (IOException e) {
            throw new InvalidPolicyException(file.toString(), "cannot be read.");
        }
    }

    /** A policy that must stand by itself: its users have roles of its own. */
    static List<PolicyRecord> parse(byte[] yaml) {
        List<PolicyRecord> records = PolicyYaml.parse(yaml).records();
        for (PolicyRecord record : records) {
            if (record instanceof PolicyRecord.User user
                    && user.role() != null
                    && records.stream().noneMatch(r -> isRole(r, user.role()))) {
                throw new InvalidPolicyException(
                        "users." + user.name() + ".role",
                        "names the role " + user.role() + ", which is not in roles.");
            }
        }
        return records;
    }

    private static boolean isRole(PolicyRecord record, String name) {
        return record instanceof PolicyRecord.Role role && role.name().equals(name);
    }
}
