package dev.parley.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Lines over two axes as inline SVG, with a legend; colours and text follow the page's style. */
final class LinePlot {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 320;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int BOTTOM = 48;
    private static final int LEGEND_STEP = 150;

    private final String title;
    private final Side x;
    private final Side y;
    private final List<Line> lines = new ArrayList<>();

    /** An axis with its name and how its ticks are written. */
    record Side(String name, Axis axis, DoubleFunction<String> label) {}

    record At(double x, double y) {}

    private record Line(String name, List<At> points) {}

    LinePlot(String title, Side x, Side y) {
        this.title = title;
        this.x = x;
        this.y = y;
    }

    LinePlot line(String name, List<At> points) {
        lines.add(new Line(name, points));
        return this;
    }

    String svg() {
        StringBuilder svg = new StringBuilder("<figure><figcaption>");
        svg.append(Html.text(title)).append("</figcaption>");
        add(
                svg,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                HEIGHT,
                Html.text(title));
        grid(svg);
        names(svg);
        for (int i = 0; i < lines.size(); i++) {
            draw(svg, lines.get(i), i);
        }
        return svg.append("</svg></figure>\n").toString();
    }

    private void grid(StringBuilder svg) {
        for (double tick : x.axis().ticks()) {
            double at = px(tick);
            add(
                    svg,
                    "<line class=\"grid\" x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\"/>",
                    at,
                    TOP,
                    HEIGHT - BOTTOM);
            add(
                    svg,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    at,
                    HEIGHT - BOTTOM + 18,
                    Html.text(x.label().apply(tick)));
        }
        for (double tick : y.axis().ticks()) {
            double at = py(tick);
            add(
                    svg,
                    "<line class=\"grid\" x1=\"%2$d\" y1=\"%1$.1f\" x2=\"%3$d\" y2=\"%1$.1f\"/>",
                    at,
                    LEFT,
                    WIDTH - RIGHT);
            add(
                    svg,
                    "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8,
                    at + 4,
                    Html.text(y.label().apply(tick)));
        }
    }

    private void names(StringBuilder svg) {
        add(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 8,
                Html.text(x.name()));
        add(
                svg,
                "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                Html.text(y.name()));
    }

    private void draw(StringBuilder svg, Line line, int index) {
        int legend = LEFT + index * LEGEND_STEP;
        add(svg, "<g class=\"c%d\">", index);
        add(
                svg,
                "<line class=\"key\" x1=\"%d\" y1=\"14\" x2=\"%d\" y2=\"14\"/>",
                legend,
                legend + 18);
        add(svg, "<text x=\"%d\" y=\"18\">%s</text>", legend + 24, Html.text(line.name()));
        svg.append("<polyline points=\"");
        for (At point : line.points()) {
            add(svg, "%.1f,%.1f ", px(point.x()), py(point.y()));
        }
        svg.append("\"/></g>");
    }

    private double px(double value) {
        return LEFT + clamp(x.axis().position(value)) * (WIDTH - LEFT - RIGHT);
    }

    private double py(double value) {
        return HEIGHT - BOTTOM - clamp(y.axis().position(value)) * (HEIGHT - TOP - BOTTOM);
    }

    private static double clamp(double position) {
        return Math.clamp(position, 0, 1);
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void add(StringBuilder svg, String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments));
    }
}
