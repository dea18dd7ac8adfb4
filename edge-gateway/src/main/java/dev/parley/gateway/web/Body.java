package dev.parley.gateway.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Bodies, never longer than they may be. */
final class Body {

    /** Of a body that is too long, so much is read and thrown away. */
    private static final long SKIPPED_BYTES_MAX = 32L << 20;

    private Body() {}

    /** The body as it is; 413 past {@code bytesMax}. */
    static byte[] read(HttpServletRequest request, int bytesMax) throws IOException {
        byte[] bytes = request.getInputStream().readNBytes(bytesMax + 1);
        if (bytes.length > bytesMax) {
            // A client that still sends would see a broken line instead of the answer.
            request.getInputStream().skip(SKIPPED_BYTES_MAX);
            throw new ProblemException(
                    ErrorCode.MESSAGE_TOO_LONG, "The body is longer than " + bytesMax + " bytes.");
        }
        return bytes;
    }

    /** A body of valid UTF-8. */
    static byte[] readText(HttpServletRequest request, int bytesMax) throws IOException {
        byte[] bytes = read(request, bytesMax);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new ProblemException(ErrorCode.BAD_FRAME, "The body is not UTF-8.");
        }
        return bytes;
    }
}
