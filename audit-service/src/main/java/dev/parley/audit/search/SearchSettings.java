package dev.parley.audit.search;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.text.Normalizer;
import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The word index.
 *
 * @param enabled whether this instance fills the index (default true); searching works anyway
 * @param configuration PostgreSQL's text search configuration, which splits and folds words: {@code
 *     simple} (default) takes words as they are, {@code english} and others fold their endings; a
 *     change holds for what is indexed afterwards
 * @param foldAccents whether marks are taken off letters, so that "resume" finds "résumé" (default
 *     true); a change holds for what is indexed afterwards
 * @param batch links of one transaction, 1 to 10,000 (default 200)
 * @param textChars characters of one text that are indexed at most (default 200,000)
 * @param idle wait when nothing is pending (default 200 ms)
 * @param retry wait before a text is tried again whose person's key has not arrived (default 5 s)
 */
@Validated
@ConfigurationProperties("parley.search")
public record SearchSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("simple") @jakarta.validation.constraints.Pattern(regexp = "[a-z_]{1,63}")
                String configuration,
        @DefaultValue("true") boolean foldAccents,
        @DefaultValue("200") @Min(1) @Max(10_000) int batch,
        @DefaultValue("200000") @Min(1) @Max(1_000_000) int textChars,
        @DefaultValue("200ms") Duration idle,
        @DefaultValue("5s") Duration retry) {

    private static final Pattern MARKS = Pattern.compile("\\p{M}+");

    /** A text, or what is searched in it, as its words are taken. */
    String folded(String text) {
        return foldAccents
                ? MARKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFKD)).replaceAll("")
                : text;
    }
}
