package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChainCheckpoint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * Ed25519 (RFC 8032) over a name of what is signed, a line feed and canonical JSON, so that no
 * signature of one kind passes for another.
 */
public final class ChainSignatures {

    /** What the signature of a checkpoint begins with. */
    public static final String CHECKPOINT = "parley.checkpoint.v1";

    /** What the signature at the end of an export begins with. */
    public static final String EXPORT = "parley.export.v1";

    public static final int SEED_BYTES = 32;

    private static final String ALGORITHM = "Ed25519";
    private static final int KEY_ID_CHARS = 16;

    private record Point(PublicKey key, Ed25519.PublicPoint point) {}

    private static volatile @Nullable Point lastPoint;

    private ChainSignatures() {}

    /** The key pair of a seed (RFC 8032, section 5.1.5). */
    public static KeyPair keyPair(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("a seed has " + SEED_BYTES + " bytes");
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK from 15 on has Ed25519", e);
        }
    }

    /** Short name of a public key: the beginning of its SHA-256. */
    public static String keyId(PublicKey key) {
        return Sha256.hex(key.getEncoded()).substring(0, KEY_ID_CHARS);
    }

    /** Base64 of the X.509 form (RFC 8410), which is also what stands in a PEM file. */
    public static String encoded(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** The key of {@link #encoded}; throws {@link IllegalArgumentException} for anything else. */
    public static PublicKey publicKey(String encoded) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(encoded)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 public key", e);
        }
    }

    /** Base64. */
    public static String sign(KeyPair key, String kind, Object statement) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key.getPrivate());
            signature.update(signed(kind, statement));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    public static boolean verifies(PublicKey key, String kind, Object statement, String signature) {
        try {
            byte[] given = Base64.getDecoder().decode(signature);
            byte[] signed = signed(kind, statement);
            Ed25519.PublicPoint point = point(key);
            return point != null
                    && given.length == Ed25519.SIGNATURE_SIZE
                    && Ed25519.verify(given, 0, point, signed, 0, signed.length);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Of a file's one key or few; null: it is none. */
    private static Ed25519.@Nullable PublicPoint point(PublicKey key) {
        Point last = lastPoint;
        if (last == null || !last.key().equals(key)) {
            byte[] encoded = key.getEncoded();
            Ed25519.PublicPoint point =
                    encoded.length < Ed25519.PUBLIC_KEY_SIZE
                            ? null
                            : Ed25519.validatePublicKeyFullExport(
                                    encoded, encoded.length - Ed25519.PUBLIC_KEY_SIZE);
            if (point == null) {
                return null;
            }
            last = new Point(key, point);
            lastPoint = last;
        }
        return last.point();
    }

    /** What the next statement names as the hash before it. */
    public static String hash(ChainCheckpoint.Statement statement) {
        return Sha256.hex(canonical(statement));
    }

    /** Leaves of a checkpoint's tree. */
    public static List<byte[]> leaves(List<ChainCheckpoint.Head> heads) {
        return heads.stream().map(ChainSignatures::canonical).toList();
    }

    static byte[] canonical(Object value) {
        return CanonicalJson.bytes(Json.mapper().valueToTree(value));
    }

    private static byte[] signed(String kind, Object statement) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((kind + "\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(canonical(statement));
        return out.toByteArray();
    }

    /** Hands the seed to the generator, which asks for just these bytes. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte[] seed;

        Given(byte[] seed) {
            this.seed = Arrays.copyOf(seed, seed.length);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
