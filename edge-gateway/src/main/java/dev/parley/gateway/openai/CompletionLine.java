package dev.parley.gateway.openai;

import dev.parley.gateway.chat.OutFrame;
import dev.parley.gateway.chat.Transport;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.CloseCode;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The frames of one session, handed to the thread that writes the response. A frame counts as
 * written when that thread asks for the next one, so that tokens for a slow reader are merged.
 */
final class CompletionLine implements Transport {

    private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final String address;
    private @Nullable Written open;

    CompletionLine(String address) {
        this.address = address;
    }

    private record Item(@Nullable OutFrame frame, @Nullable Written written) {}

    /** The next frame; null: the line has ended, or nothing came in time. */
    @Nullable JsonNode next(Duration timeout) throws InterruptedException {
        if (open != null) {
            Written before = open;
            open = null;
            before.done(true);
        }
        Item item = items.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (item == null || item.frame() == null) {
            return null;
        }
        open = item.written();
        return Json.mapper().readTree(item.frame().json());
    }

    @Override
    public String entrance() {
        return "openai";
    }

    @Override
    public String address() {
        return address;
    }

    /** This interface has no word for going on elsewhere. */
    @Override
    public boolean isResumable() {
        return false;
    }

    @Override
    public void write(OutFrame frame, Written written) {
        items.add(new Item(frame, written));
    }

    @Override
    public void beat() {
        // A completion has no sign of life.
    }

    @Override
    public boolean expectsAnswers() {
        return false;
    }

    @Override
    public void close(CloseCode code) {
        items.add(new Item(null, null));
    }

    @Override
    public void abort() {
        items.add(new Item(null, null));
    }
}
