package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.record.ChainCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Reads what a verifier kept: keys and checkpoints. */
final class TrustFiles {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----");

    private TrustFiles() {}

    /** Keys as PEM, as bare base64, or as the service's list of them. */
    static List<PublicKey> keys(Path file) throws IOException {
        String text = Files.readString(file).strip();
        List<PublicKey> keys = new ArrayList<>();
        if (text.startsWith("{")) {
            JsonNode list = Json.tree(text.getBytes(StandardCharsets.UTF_8));
            list.path("items")
                    .forEach(item ->
                            keys.add(
                                    ChainSignatures.publicKey(
                                            item.path("public_key").asString(""))));
        } else if (text.contains("-----BEGIN")) {
            Matcher pem = PEM.matcher(text);
            while (pem.find()) {
                keys.add(ChainSignatures.publicKey(pem.group(1).replaceAll("\\s", "")));
            }
        } else {
            keys.add(ChainSignatures.publicKey(text));
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(file + " holds no Ed25519 public key");
        }
        return keys;
    }

    /** Checkpoints as the service lists them, or a record on each line; both may be mixed. */
    static List<ChainCheckpoint> checkpoints(Path file) throws IOException {
        String text = Files.readString(file).strip();
        List<ChainCheckpoint> checkpoints = new ArrayList<>();
        for (String line : isOneValue(text) ? List.of(text) : text.lines().toList()) {
            if (line.isBlank()) {
                continue;
            }
            JsonNode value = Json.tree(line.getBytes(StandardCharsets.UTF_8));
            if (value.has("items")) {
                value.path("items").forEach(item -> checkpoints.add(checkpoint(item)));
            } else {
                checkpoints.add(checkpoint(value));
            }
        }
        if (checkpoints.isEmpty()) {
            throw new IllegalArgumentException(file + " holds no checkpoint");
        }
        return checkpoints;
    }

    private static boolean isOneValue(String text) {
        return text.startsWith("{\n") || text.startsWith("{\r") || text.lines().count() == 1;
    }

    private static ChainCheckpoint checkpoint(JsonNode value) {
        return Json.read(Json.write(value), ChainCheckpoint.class);
    }
}
