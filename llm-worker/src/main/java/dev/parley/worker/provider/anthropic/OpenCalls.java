package dev.parley.worker.provider.anthropic;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Finds the HTTP call of a stream: Spring AI hands out none, so a request carries a name of its own
 * in a header, which is taken off before it is sent.
 */
final class OpenCalls implements Interceptor {

    static final String HEADER = "X-Parley-Call";

    private final Map<String, Watched> watched = new ConcurrentHashMap<>();

    /** What a stream wants to know of its call. */
    static final class Watched {
        private @Nullable Call call;
        private boolean cancelled;

        private synchronized void begun(Call begun) {
            call = begun;
            if (cancelled) {
                begun.cancel();
            }
        }

        /** Closes the connection, also one that is yet to be made. */
        synchronized void cancel() {
            cancelled = true;
            if (call != null) {
                call.cancel();
            }
        }
    }

    Watched watch(String name) {
        Watched watch = new Watched();
        watched.put(name, watch);
        return watch;
    }

    void forget(String name) {
        watched.remove(name);
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        String name = chain.request().header(HEADER);
        if (name == null) {
            return chain.proceed(chain.request());
        }
        Watched watch = watched.get(name);
        if (watch != null) {
            watch.begun(chain.call());
        }
        return chain.proceed(chain.request().newBuilder().removeHeader(HEADER).build());
    }
}
