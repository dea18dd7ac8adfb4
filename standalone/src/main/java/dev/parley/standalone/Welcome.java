package dev.parley.standalone;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the terminal says of a start. */
final class Welcome {

    private final PrintWriter out;
    private final String version;

    Welcome(PrintWriter out, String version) {
        this.out = out;
        this.version = version;
    }

    void starting(Path data) {
        out.printf("Parley %s starts; everything is kept in %s%n", version, data);
        out.flush();
    }

    void phase(Standalone.Phase phase) {
        out.printf("  %-22s %s%n", phase.name(), seconds(phase.took()));
        out.flush();
    }

    void ready(Standalone standalone, RunSettings settings, Path logs) {
        out.printf(
                "%nParley answers at %s  (after %s)%n%n",
                standalone.address(), seconds(sinceStart()));
        line("sign in", signIn(standalone, settings));
        line("model", model(settings));
        line("health", standalone.managementAddress() + "/actuator/health");
        line("log", logs.resolve("parley.log").toString());
        line("stop", "Ctrl-C");
        out.println();
        out.flush();
    }

    static String model(RunSettings settings) {
        String base = settings.variable("PARLEY_MODEL_BASE_URL");
        if (base == null) {
            return "demo: built in, for trying out; PARLEY_MODEL_BASE_URL names a real one";
        }
        String model = settings.variable("PARLEY_MODEL");
        return (model == null ? "what is asked for" : model) + " at " + base;
    }

    private static String signIn(Standalone standalone, RunSettings settings) {
        if (!"true".equals(standalone.variable("PARLEY_DEMO_LOGIN"))) {
            @Nullable String issuer = settings.variable("PARLEY_JWKS_URI");
            return issuer == null ? "with a token" : "with a token of the issuer at " + issuer;
        }
        String password =
                settings.variable("PARLEY_DEMO_PASSWORD") == null
                        ? standalone.demoPassword()
                        : "from PARLEY_DEMO_PASSWORD";
        return "user1, user2, auditor or admin; password " + password;
    }

    private void line(String name, String text) {
        out.printf("  %-10s %s%n", name, text);
    }

    /** Of this JVM: the process may have been a script before. */
    private static Duration sinceStart() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
