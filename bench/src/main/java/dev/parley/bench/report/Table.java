package dev.parley.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table that knows how it looks in Markdown and in HTML; the first column is text. */
final class Table {

    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... header) {
        this.header = List.of(header);
    }

    Table row(String... cells) {
        if (cells.length != header.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells under " + header.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        line(text, header);
        text.append("| --- |").append(" ---: |".repeat(header.size() - 1)).append('\n');
        rows.forEach(row -> line(text, row));
        return text.toString();
    }

    String html() {
        StringBuilder text = new StringBuilder("<div class=\"wide\"><table><thead><tr>");
        header.forEach(
                cell -> text.append("<th scope=\"col\">").append(Html.text(cell)).append("</th>"));
        text.append("</tr></thead><tbody>");
        for (List<String> row : rows) {
            text.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                text.append(i == 0 ? "<th scope=\"row\">" : "<td>")
                        .append(Html.text(row.get(i)))
                        .append(i == 0 ? "</th>" : "</td>");
            }
            text.append("</tr>");
        }
        return text.append("</tbody></table></div>\n").toString();
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append('|');
        cells.forEach(cell -> text.append(' ').append(cell.replace("|", "\\|")).append(" |"));
        text.append('\n');
    }
}
