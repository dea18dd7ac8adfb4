package dev.parley.bench.report;

/** Text for a page. */
final class Html {

    private Html() {}

    /** Safe in an element and in a quoted attribute. */
    static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
