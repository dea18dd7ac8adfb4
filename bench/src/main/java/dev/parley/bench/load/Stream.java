package dev.parley.bench.load;

import dev.parley.bench.provider.Answer;
import java.util.concurrent.CompletableFuture;

/** Somebody who asks one question after another. */
public interface Stream {

    /**
     * Asks for the answer; call it again only after the future ended. From any thread.
     *
     * @param promptChars about how long the question is
     * @return completed on the load's event loop when the answer ended, well or badly
     */
    CompletableFuture<Exchange> ask(Answer answer, int promptChars);

    void close();
}
