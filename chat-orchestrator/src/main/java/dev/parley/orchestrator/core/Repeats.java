package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ReplyTo;
import java.util.ArrayList;
import java.util.List;

/** The same message again: told to a session that does not know yet, and decided never twice. */
final class Repeats {

    private final DeciderSettings settings;
    private final Work work;

    Repeats(DeciderSettings settings, Work work) {
        this.settings = settings;
        this.work = work;
    }

    void tell(Ask ask, Message seen) {
        ReplyTo replyTo = ask.request().replyTo();
        if (!seen.digest().equals(ask.digest())) {
            work.tell(
                    replyTo,
                    new ServerFrame.Failure(
                            null,
                            ask.clientMsgId(),
                            "This client_msg_id belongs to a message with another text.",
                            ErrorCode.CONFLICT,
                            ErrorCode.CONFLICT.retryable(),
                            null,
                            null,
                            null));
            return;
        }
        if (seen.sessions().contains(replyTo.sessionId())) {
            return;
        }
        int recipientsMax = settings.retention().recipientsMax();
        work.put(seen.toldTo(replyTo.sessionId(), recipientsMax));
        Running running = work.user().running(seen.id());
        Waiting waiting = work.user().waiting(seen.id());
        if (running != null) {
            work.user(work.user().update(running.sentTo(joined(running.recipients(), replyTo))));
        } else if (waiting != null) {
            work.user(work.user().await(waiting.sentTo(joined(waiting.recipients(), replyTo))));
        } else if (seen.outcome() != null) {
            Terminal.whole(replyTo, seen.id(), seen.clientMsgId(), seen.outcome(), null)
                    .forEach(work::emit);
        }
    }

    private List<ReplyTo> joined(List<ReplyTo> recipients, ReplyTo further) {
        List<ReplyTo> all = new ArrayList<>(recipients);
        if (all.size() >= settings.retention().recipientsMax()) {
            all.remove(Math.min(1, all.size() - 1));
        }
        all.add(further);
        return all;
    }
}
