package dev.parley.audit.exports;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * An S3-compatible store: objects by path style ({@code endpoint/bucket/key}), each put in one
 * request that is signed with AWS Signature Version 4, its content included.
 */
@Component
final class ObjectStore {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PUT_TIMEOUT = Duration.ofMinutes(30);

    /** Which the client sets by itself. */
    private static final Set<String> OWN_HEADERS = Set.of("host", "content-length");

    private final ExportSettings.S3 settings;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    ObjectStore(ExportSettings settings) {
        this.settings = settings.s3();
    }

    boolean isThere() {
        return settings.isThere();
    }

    /** Returns the object's address; throws when the store does not take it. */
    String put(Path file, String name, String mediaType) throws IOException {
        URI address =
                URI.create(
                        Objects.requireNonNull(settings.endpoint()).toString().replaceAll("/+$", "")
                                + "/"
                                + settings.bucket()
                                + "/"
                                + settings.prefix()
                                + name);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .timeout(PUT_TIMEOUT)
                        .PUT(HttpRequest.BodyPublishers.ofFile(file));
        signed(address, file, mediaType)
                .forEach((header, values) -> {
                    if (!OWN_HEADERS.contains(header.toLowerCase(Locale.ROOT))) {
                        values.forEach(value -> request.header(header, value));
                    }
                });
        try {
            HttpResponse<String> answer =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException("the store answered " + answer.statusCode());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while storing", e);
        }
        return address.toString();
    }

    private Map<String, List<String>> signed(URI address, Path file, String mediaType) {
        SdkHttpRequest open =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.PUT)
                        .uri(address)
                        .putHeader("Content-Type", mediaType)
                        .build();
        SignedRequest signed =
                signer.sign(r ->
                        r.identity(
                                        AwsCredentialsIdentity.create(
                                                settings.accessKey(), settings.secretKey()))
                                .request(open)
                                .payload(content(file))
                                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                                .putProperty(AwsV4HttpSigner.REGION_NAME, settings.region())
                                .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                                .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false));
        return signed.request().headers();
    }

    private static ContentStreamProvider content(Path file) {
        return () -> {
            try {
                return Files.newInputStream(file);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }
}
