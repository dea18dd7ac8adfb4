package dev.parley.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The page is served with {@code default-src 'none'} and {@code 'self'} for scripts, styles,
 * pictures and connections. A browser would enforce that silently, by leaving something out; these
 * tests say it aloud.
 */
class StaticFilesTest {

    private static final Path ROOT = Path.of("src/main/resources/META-INF/resources");

    private static final Path BUILT = Path.of("target/classes/META-INF/resources");

    /** What turns text into markup or code, or leaves room for it. */
    private static final Pattern MARKUP_SINK =
            Pattern.compile(
                    "\\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc)\\b"
                            + "|document\\.write|\\beval\\s*\\(|new Function\\b|DOMParser|setHTMLUnsafe");

    private static final Pattern EXTERNAL_ADDRESS =
            Pattern.compile("(?:https?:)?//[a-z0-9.-]+\\.[a-z]{2,}");
    private static final Pattern IMPORT =
            Pattern.compile(
                    "(?m)^(?:import|export)\\s(?:[^'\"\n]*\\sfrom\\s+)?['\"]([^'\"]+)['\"]"
                            + "|\\bimport\\(['\"]([^'\"]+)['\"]\\)");
    private static final Pattern REFERENCE = Pattern.compile("\\b(?:src|href)=\"([^\"]+)\"");
    private static final Pattern TEXT_KEY = Pattern.compile("(?<![\\w$])t\\('([\\w.-]+)'");

    @Test
    void thePageIsThere() {
        assertThat(ROOT.resolve("index.html")).exists();
        assertThat(files(".js")).hasSizeGreaterThan(10);
    }

    @TestFactory
    Stream<DynamicTest> noFileNamesAnExternalHost() {
        // The name of the SVG namespace is an identifier that nothing fetches.
        return each(
                ".html",
                ".css",
                ".js",
                (path, text) ->
                        assertThat(
                                        EXTERNAL_ADDRESS
                                                .matcher(
                                                        text.replace(
                                                                "http://www.w3.org/2000/svg", ""))
                                                .results())
                                .extracting(MatchResult::group)
                                .isEmpty());
    }

    @Test
    void thePageHasNoInlineScriptStyleOrHandler() {
        String page = read(ROOT.resolve("index.html"));
        assertThat(page).doesNotContainPattern("<script(?![^>]*\\bsrc=)[^>]*>");
        assertThat(page).doesNotContainPattern("<style\\b");
        assertThat(page).doesNotContainPattern("\\sstyle=");
        assertThat(page).doesNotContainPattern("\\son[a-z]+=");
    }

    @TestFactory
    Stream<DynamicTest> noScriptTurnsTextIntoMarkup() {
        return each(
                ".js",
                (path, text) ->
                        assertThat(MARKUP_SINK.matcher(text).results())
                                .extracting(MatchResult::group)
                                .isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> everyImportExists() {
        return each(
                ".js",
                (path, text) ->
                        IMPORT.matcher(text)
                                .results()
                                .map(match ->
                                        match.group(1) == null ? match.group(2) : match.group(1))
                                .forEach(name -> {
                                    assertThat(name).as("import in %s", path).startsWith(".");
                                    Path imported = path.resolveSibling(name).normalize();
                                    // A library comes out of its jar in the build.
                                    Path found =
                                            imported.startsWith(ROOT.resolve("js/lib"))
                                                    ? BUILT.resolve(ROOT.relativize(imported))
                                                    : imported;
                                    assertThat(found).exists();
                                }));
    }

    /** All languages at once would hold up the page that colours its first code. */
    @Test
    void theHighlighterComesWithoutItsLanguagesAndEachOfThemBesideIt() {
        Path library = BUILT.resolve("js/lib");
        assertThat(read(library.resolve("highlight.js")))
                .endsWith("export default hljs;")
                .doesNotContain("grmr_");
        String page = read(ROOT.resolve("js/markdown/highlight.js"));
        String served = page.substring(page.indexOf("new Set(["), page.indexOf("]);"));
        assertThat(Pattern.compile("'([\\w-]+)'").matcher(served).results().map(m -> m.group(1)))
                .hasSizeGreaterThan(30)
                .allSatisfy(name ->
                        assertThat(read(library.resolve("languages/" + name + ".js")))
                                .startsWith("import hljs from '../highlight.js';")
                                .contains("hljs.registerLanguage(\"" + name + "\""));
    }

    /** WCAG 1.3.4: a page that is turned with the device, and asks for no turn. */
    @TestFactory
    Stream<DynamicTest> noStyleSheetAsksForAnOrientation() {
        return each(
                ".css",
                (path, text) ->
                        assertThat(text)
                                .doesNotContain("orientation")
                                .doesNotContainPattern("rotate[XYZ]?\\(\\s*-?(?:90|270)deg"));
    }

    @Test
    void everyReferenceOfThePageExists() {
        assertThat(
                        REFERENCE
                                .matcher(read(ROOT.resolve("index.html")))
                                .results()
                                .map(m -> m.group(1)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(BUILT.resolve(name)).exists());
    }

    @Test
    void everyErrorCodeHasWordsAndAnAdvice() {
        Set<String> keys = catalogue();
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::code))
                .allSatisfy(code ->
                        assertThat(keys)
                                .contains("error." + code + ".title", "error." + code + ".next"));
    }

    @Test
    void everyCloseThatEndsTheConnectionHasWords() {
        Set<String> keys = catalogue();
        Set<CloseCode> silent =
                Set.of(
                        CloseCode.NORMAL,
                        CloseCode.GOING_AWAY,
                        CloseCode.DRAINED,
                        CloseCode.TOKEN_EXPIRED);
        assertThat(Arrays.stream(CloseCode.values()).filter(code -> !silent.contains(code)))
                .allSatisfy(code -> assertThat(keys).contains("close." + code.code()));
    }

    @TestFactory
    Stream<DynamicTest> everyTextThatIsAskedForExists() {
        Set<String> keys = catalogue();
        return each(
                ".js",
                (path, text) ->
                        assertThat(TEXT_KEY.matcher(text).results().map(match -> match.group(1)))
                                .allSatisfy(key -> assertThat(keys).contains(key)));
    }

    @TestFactory
    Stream<DynamicTest> everyLanguageHasTheSameTexts() {
        return Stream.of("de")
                .flatMap(language -> Stream.of("", "-pages").map(part -> language + part))
                .map(name ->
                        DynamicTest.dynamicTest(
                                name,
                                () ->
                                        assertThat(keys(name + ".js"))
                                                .isEqualTo(
                                                        keys("en" + name.substring(2) + ".js"))));
    }

    /** Every key in English, of the chat and of the pages beside it. */
    private static Set<String> catalogue() {
        Set<String> all = keys("en.js");
        all.addAll(keys("en-pages.js"));
        return all;
    }

    private static Set<String> keys(String file) {
        return Pattern.compile("(?m)^ {2}'?([\\w.-]+)'?:")
                .matcher(read(ROOT.resolve("js/text").resolve(file)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private interface Check {
        void of(Path path, String text);
    }

    private static Stream<DynamicTest> each(String ending, Check check) {
        return files(ending).stream()
                .map(path ->
                        DynamicTest.dynamicTest(
                                ROOT.relativize(path).toString(),
                                () -> check.of(path, read(path))));
    }

    private static Stream<DynamicTest> each(
            String first, String second, String third, Check check) {
        return Stream.of(first, second, third).flatMap(ending -> each(ending, check));
    }

    private static List<Path> files(String ending) {
        try (Stream<Path> paths = Files.walk(ROOT)) {
            return paths.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
