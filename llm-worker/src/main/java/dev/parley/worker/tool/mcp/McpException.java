package dev.parley.worker.tool.mcp;

import org.jspecify.annotations.Nullable;

/** A server cannot be used; the message is for the administrator. */
final class McpException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    McpException(String message) {
        super(message);
    }

    McpException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
