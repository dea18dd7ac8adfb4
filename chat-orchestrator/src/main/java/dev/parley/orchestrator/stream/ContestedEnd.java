package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.Emitted;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ReplyTo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The end of an answer whose newest attempt two workers had: a reader of the lane follows the one
 * that it saw first, which need not be the one that was recorded. So the text is told anew, whole,
 * before the end.
 */
final class ContestedEnd {

    private ContestedEnd() {}

    static List<Emitted> of(List<Emitted> emitted) {
        List<Emitted> all = new ArrayList<>();
        Set<ReplyTo> toldWhole = new HashSet<>();
        for (Emitted one : emitted) {
            if (one instanceof Emitted.Frame frame) {
                if (frame.frame() instanceof ServerFrame.Token) {
                    toldWhole.add(frame.to());
                } else if (frame.frame() instanceof ServerFrame.Done done
                        && toldWhole.add(frame.to())) {
                    all.addAll(text(frame, done));
                }
            }
            all.add(one);
        }
        return all;
    }

    private static List<Emitted> text(Emitted.Frame end, ServerFrame.Done done) {
        String answer = done.result().answer();
        Emitted restart =
                new Emitted.Frame(
                        end.to(),
                        end.messageId(),
                        end.attempt(),
                        new ServerFrame.Restart(done.messageId(), done.result().attempt(), 0));
        return answer.isEmpty()
                ? List.of(restart)
                : List.of(
                        restart,
                        new Emitted.Frame(
                                end.to(),
                                end.messageId(),
                                end.attempt(),
                                new ServerFrame.Token(done.messageId(), 0, answer)));
    }
}
