package dev.parley.cli;

import dev.parley.schemas.frame.ServerFrame;
import java.io.PrintWriter;

/** The three ways to show a conversation. */
final class Screens {

    private Screens() {}

    /** For a person: tokens as they come, everything else dimmed. */
    static Screen terminal(PrintWriter out, boolean colour) {
        return new Terminal(out, colour);
    }

    /**
     * For a script: the whole answer to {@code out} once it is complete, everything else to {@code
     * err}.
     */
    static Screen answerOnly(PrintWriter out, PrintWriter err, boolean terminal) {
        return new AnswerOnly(out, err, terminal);
    }

    /** For a program: each frame as one line of JSON to {@code out}. */
    static Screen frames(PrintWriter out, PrintWriter err) {
        return new Frames(out, err);
    }

    /**
     * Without control characters, line feed and tab apart: what a model or a tool wrote must not be
     * able to move the cursor, rename the window or fake an earlier line.
     */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.chars()
                .filter(c -> c == '\n' || c == '\t' || !Character.isISOControl(c))
                .forEach(c -> clean.append((char) c));
        return clean.toString();
    }

    private record Terminal(PrintWriter out, boolean colour) implements Screen {

        @Override
        public void piece(String text) {
            out.print(printable(text));
            out.flush();
        }

        @Override
        public void restarted(String kept) {
            out.println();
            note("A worker was lost and another took over.");
            piece(kept);
        }

        @Override
        public void done(ServerFrame.AnswerResult result) {
            out.println();
            String end =
                    switch (result.finishReason()) {
                        case "stopped" -> "stopped, ";
                        case "length" -> "cut at the greatest length, ";
                        default -> "";
                    };
            note(
                    end
                            + result.model()
                            + ", "
                            + result.tokensInput()
                            + " in, "
                            + result.tokensOutput()
                            + " out");
        }

        @Override
        public void error(String line) {
            line("31", line);
        }

        @Override
        public void note(String line) {
            line("2", line);
        }

        @Override
        public void reply(String line) {
            out.println(printable(line));
            out.flush();
        }

        @Override
        public void prompt() {
            out.print(colour ? "\u001b[1m> \u001b[0m" : "> ");
            out.flush();
        }

        private void line(String style, String line) {
            out.println(
                    colour
                            ? "\u001b[" + style + "m" + printable(line) + "\u001b[0m"
                            : printable(line));
            out.flush();
        }
    }

    private record AnswerOnly(PrintWriter out, PrintWriter err, boolean terminal)
            implements Screen {

        @Override
        public void piece(String text) {
            // A restart could take it back; a script gets only what stands.
        }

        @Override
        public void restarted(String kept) {}

        @Override
        public void done(ServerFrame.AnswerResult result) {
            out.println(terminal ? printable(result.answer()) : result.answer());
            out.flush();
        }

        @Override
        public void error(String line) {
            err.println(printable(line));
            err.flush();
        }

        @Override
        public void note(String line) {
            // Nothing that a script would have to skip.
        }

        @Override
        public void reply(String line) {
            error(line);
        }
    }

    private record Frames(PrintWriter out, PrintWriter err) implements Screen {

        @Override
        public void frame(String text) {
            out.println(text.replace("\n", " ").replace("\r", " "));
            out.flush();
        }

        @Override
        public void piece(String text) {}

        @Override
        public void restarted(String kept) {}

        @Override
        public void done(ServerFrame.AnswerResult result) {}

        @Override
        public void error(String line) {
            err.println(printable(line));
            err.flush();
        }

        @Override
        public void note(String line) {}

        @Override
        public void reply(String line) {
            error(line);
        }
    }
}
