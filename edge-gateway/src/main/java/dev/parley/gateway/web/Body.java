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

    private Body() {}

    /** The body as it is; 413 past {@code bytesMax}. */
    static byte[] read(HttpServletRequest request, int bytesMax) throws IOException {
        if (request.getContentLengthLong() > bytesMax) {
            throw tooLong(bytesMax);
        }
        byte[] bytes = request.getInputStream().readNBytes(bytesMax + 1);
        if (bytes.length > bytesMax) {
            throw tooLong(bytesMax);
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

    private static ProblemException tooLong(int bytesMax) {
        return new ProblemException(
                ErrorCode.MESSAGE_TOO_LONG, "The body is longer than " + bytesMax + " bytes.");
    }
}
