package dev.parley.bench.report;

import java.util.List;

/** The report as one page that loads nothing. */
final class Page {

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --text: #1c2430; --soft: #5b6675; --back: #ffffff;
              --line: #d9dee5; --c0: #6b7785; --c1: #0b62d6; --c2: #c2570c; --bad: #b42318; }
            @media (prefers-color-scheme: dark) {
              :root { --text: #e8ecf2; --soft: #a3adba; --back: #12161c; --line: #2f3742;
                --c0: #98a4b3; --c1: #6aa9ff; --c2: #f2a65a; --bad: #ff8a80; } }
            body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
              max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
            .conditions { color: var(--soft); font-size: .875rem; }
            .failed { border-left: 4px solid var(--bad); padding-left: 1rem; }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; margin: 1rem 0; font-size: .875rem;
              font-variant-numeric: tabular-nums; }
            th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
            th:first-child { text-align: left; font-weight: 500; }
            thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
            figure { margin: 1.5rem 0; } figcaption { font-weight: 500; font-size: .9rem; }
            svg { width: 100%; height: auto; margin: .5rem 0; }
            svg text { font-size: 12px; fill: var(--soft); }
            svg .grid { stroke: var(--line); stroke-width: 1; }
            svg polyline, svg .key { fill: none; stroke-width: 2; }
            .c0 polyline, .c0 .key { stroke: var(--c0); stroke-dasharray: 5 3; }
            .c1 polyline, .c1 .key { stroke: var(--c1); }
            .c2 polyline, .c2 .key { stroke: var(--c2); stroke-dasharray: 2 3; }
            """;

    private Page() {}

    static String html(Report report) {
        StringBuilder page = new StringBuilder();
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>Benchmark of Parley</title><style>\n")
                .append(STYLE)
                .append("</style></head><body><main>\n<h1>Benchmark of Parley</h1>\n")
                .append("<p class=\"conditions\">")
                .append(Html.text(Summary.conditions(report)))
                .append("</p>\n");
        if (report.isNoisy()) {
            page.append("<p class=\"failed\">").append(Summary.NOISY).append("</p>\n");
        }
        verdict(page, report.failures());
        for (Result result : report.results()) {
            Sections.Section section = Sections.of(result);
            page.append("<h2>").append(Html.text(section.heading())).append("</h2>\n<p>");
            page.append(Html.text(section.text())).append("</p>\n");
            section.tables().forEach(table -> page.append(table.html()));
            section.plots().forEach(page::append);
        }
        return page.append("</main></body></html>\n").toString();
    }

    private static void verdict(StringBuilder page, List<String> failures) {
        if (failures.isEmpty()) {
            page.append("<p>Nothing was lost, doubled or changed.</p>\n");
            return;
        }
        page.append("<div class=\"failed\"><strong>Failed</strong><ul>");
        failures.forEach(each -> page.append("<li>").append(Html.text(each)).append("</li>"));
        page.append("</ul></div>\n");
    }
}
