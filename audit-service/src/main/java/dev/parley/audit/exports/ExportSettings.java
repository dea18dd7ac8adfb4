package dev.parley.audit.exports;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Bulk exports.
 *
 * @param enabled whether this instance works on jobs (default true)
 * @param dir where files are written ({@code PARLEY_EXPORT_DIR}, default data/exports); of one
 *     instance alone, or shared by all that work on jobs
 * @param batch conversations between two notes of how far a job is, 1 to 1,000 (default 20)
 * @param idle how often new jobs are looked for (default 1 s)
 * @param lease after which a job of an instance that fell silent is taken over (default 1 min)
 * @param s3 the store for {@code target: s3}
 */
@Validated
@ConfigurationProperties("parley.exports")
public record ExportSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("data/exports") Path dir,
        @DefaultValue("20") @Min(1) @Max(1_000) int batch,
        @DefaultValue("1s") Duration idle,
        @DefaultValue("1m") Duration lease,
        @DefaultValue S3 s3) {

    /**
     * An S3-compatible store; a file is one PUT, so at most 5 GB.
     *
     * @param endpoint for example https://s3.eu-central-1.amazonaws.com ({@code
     *     PARLEY_S3_ENDPOINT}); empty: there is none
     * @param region ({@code PARLEY_S3_REGION}, default us-east-1)
     * @param bucket ({@code PARLEY_S3_BUCKET})
     * @param prefix before the name of each object (default parley/)
     * @param accessKey ({@code PARLEY_S3_ACCESS_KEY})
     * @param secretKey ({@code PARLEY_S3_SECRET_KEY})
     */
    public record S3(
            @Nullable URI endpoint,
            @DefaultValue("us-east-1") String region,
            @DefaultValue("") String bucket,
            @DefaultValue("parley/") String prefix,
            @DefaultValue("") String accessKey,
            @DefaultValue("") String secretKey) {

        boolean isThere() {
            return endpoint != null && !endpoint.toString().isBlank() && !bucket.isBlank();
        }
    }
}
