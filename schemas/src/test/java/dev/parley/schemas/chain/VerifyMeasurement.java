package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Links a second of the offline verifier; run by hand. Kinds of file: charges alone (the shortest
 * link), and the proportion of a chat (question, answer, charge), sealed and with the opened texts
 * beside them; in conversations of thirty links and of three thousand, since each is signed.
 */
final class VerifyMeasurement {

    private static final int ROUNDS = 2;
    private static final Instant AT = Instant.parse("2026-11-25T10:00:00.123456Z");
    private static final Trust KEY = Trust.of(List.of(SampleExport.KEY.getPublic()), List.of());

    private VerifyMeasurement() {}

    public static void main(String[] arguments) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        measure("charges, 30 a signature", export(300_000, 30, 0, false), cores);
        measure("charges, 3,000 a signature", export(300_000, 3_000, 0, false), cores);
        measure("chat, sealed, 30", export(150_000, 30, 250, false), cores);
        measure("chat, sealed, 3,000", export(150_000, 3_000, 250, false), cores);
        measure("chat, opened, 30", export(150_000, 30, 250, true), cores);
    }

    private static void measure(String name, byte[] file, int cores) throws IOException {
        Path path = Files.createTempFile("parley-verify", ".jsonl");
        Files.write(path, file);
        double one = 0;
        double all = 0;
        double disk = 0;
        long links = 0;
        for (int round = 0; round < ROUNDS; round++) {
            links = verify(new ByteArrayInputStream(file), 1).links();
            one = Math.max(one, rate(() -> verify(new ByteArrayInputStream(file), 1)));
            all = Math.max(all, rate(() -> verify(new ByteArrayInputStream(file), cores)));
            disk =
                    Math.max(
                            disk,
                            rate(() -> {
                                try (InputStream in = Files.newInputStream(path)) {
                                    return verify(in, cores);
                                }
                            }));
        }
        Files.delete(path);
        System.out.printf(
                "%-26s %d links of %d bytes a line: one thread %.0f links/s, %d threads %.0f,"
                        + " from a file %.0f%n",
                name, links, file.length / links, one, cores, all, disk);
    }

    private interface Work {
        Verdict run() throws IOException;
    }

    private static double rate(Work work) throws IOException {
        long began = System.nanoTime();
        Verdict verdict = work.run();
        return verdict.links() / ((System.nanoTime() - began) / 1e9);
    }

    private static Verdict verify(InputStream in, int threads) throws IOException {
        Verdict verdict = ExportVerifier.verify(in, KEY, threads);
        if (!verdict.isOk()) {
            throw new AssertionError(verdict);
        }
        return verdict;
    }

    /** Conversations of {@code each} links, each with a signature of its own. */
    private static byte[] export(int links, int each, int chars, boolean opened) {
        Random random = new Random(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int written = 0; written < links; ) {
            String id = new java.util.UUID(random.nextLong(), random.nextLong()).toString();
            ChainExport export = new ChainExport(id);
            ConversationChain.Head head = ConversationChain.Head.START;
            for (int i = 0; i < each; i++, written++) {
                TurnRecord link =
                        ConversationChain.link(
                                head, id, "user-17", "blue", "user", AT, body(random, i, chars));
                head = ConversationChain.after(link);
                String text =
                        opened ? "\"text\":\"" + "Words of it. ".repeat(chars / 13) + '"' : "";
                out.writeBytes(
                        (export.line(
                                                Json.writeText(link),
                                                link.hash(),
                                                ",\"text\":{"
                                                        + text
                                                        + "},\"position\":{\"partition\":3,\"offset\":"
                                                        + written
                                                        + '}')
                                        + (i < each - 1
                                                ? ChainExport.goesOn()
                                                : export.ends(SampleExport.KEY, AT, null)))
                                .getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private static TurnRecord.Body body(Random random, int i, int chars) {
        String message = new java.util.UUID(random.nextLong(), i / 3).toString();
        TokenUsage usage = new TokenUsage(120, 240, 0, false);
        if (chars == 0 || i % 3 == 2) {
            return new TurnRecord.ChargeTurn(message, usage, new BigDecimal("0.00125"), 4096, AT);
        }
        return i % 3 == 0
                ? new TurnRecord.UserTurn(
                        message, null, null, "c-" + i, sealed(random, chars), "demo", "ws", AT)
                : new TurnRecord.AssistantTurn(
                        message,
                        sealed(random, 2 * chars),
                        "stop",
                        "demo",
                        usage,
                        new BigDecimal("0.00125"),
                        0,
                        List.of(),
                        1,
                        1,
                        AT,
                        AT,
                        AT,
                        "worker-1");
    }

    private static SealedText sealed(Random random, int chars) {
        byte[] bytes = new byte[chars + 28];
        random.nextBytes(bytes);
        return new SealedText("key-1", java.util.Base64.getEncoder().encodeToString(bytes));
    }
}
