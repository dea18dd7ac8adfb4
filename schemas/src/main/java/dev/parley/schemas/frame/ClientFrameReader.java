package dev.parley.schemas.frame;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads what a client sent. Every way in which it can be wrong has its code; nothing else is thrown
 * but {@link BadFrameException}. Fields that no frame has are ignored.
 */
public final class ClientFrameReader {

    /** Longest {@code client_msg_id}, in characters. */
    public static final int CLIENT_MSG_ID_CHARS_MAX = 64;

    private static final int ID_CHARS_MAX = 128;
    private static final int TOKEN_CHARS_MAX = 16_384;

    private ClientFrameReader() {}

    /** Why a frame was not taken; the text is safe to show. */
    public static final class BadFrameException extends Exception {

        private static final long serialVersionUID = 1L;

        private final ErrorCode code;
        private final @Nullable String clientMsgId;

        BadFrameException(ErrorCode code, String message, @Nullable String clientMsgId) {
            super(message);
            this.code = code;
            this.clientMsgId = clientMsgId;
        }

        public ErrorCode code() {
            return code;
        }

        /** The frame's own {@code client_msg_id} where it could be read. */
        public @Nullable String clientMsgId() {
            return clientMsgId;
        }
    }

    /** Reads one frame of valid UTF-8. */
    public static ClientFrame read(byte[] utf8) throws BadFrameException {
        JsonNode frame = parse(utf8);
        String clientMsgId = readableClientMsgId(frame);
        JsonNode type = frame.get("type");
        if (type == null || !type.isString()) {
            throw new BadFrameException(
                    type == null ? ErrorCode.UNKNOWN_TYPE : ErrorCode.BAD_FRAME,
                    "A frame needs a \"type\" that is a string.",
                    clientMsgId);
        }
        return readAs(type.stringValue(), new Fields(frame, clientMsgId));
    }

    /**
     * Reads a body that is a {@code message} whether or not it says so ({@code POST /api/chat}).
     */
    public static ClientFrame.Message readMessage(byte[] utf8) throws BadFrameException {
        JsonNode frame = parse(utf8);
        String clientMsgId = readableClientMsgId(frame);
        JsonNode type = frame.get("type");
        if (type != null && !(type.isString() && type.stringValue().equals("message"))) {
            throw new BadFrameException(
                    ErrorCode.UNKNOWN_TYPE, "Only a \"message\" can be sent here.", clientMsgId);
        }
        return message(new Fields(frame, clientMsgId));
    }

    private static JsonNode parse(byte[] utf8) throws BadFrameException {
        JsonNode frame;
        try {
            frame = Json.tree(utf8);
        } catch (UnreadableRecordException e) {
            throw new BadFrameException(
                    ErrorCode.BAD_FRAME,
                    "The frame is not JSON, has a field twice, or is nested deeper than "
                            + Json.NESTING_MAX
                            + ".",
                    null);
        }
        if (!frame.isObject()) {
            throw new BadFrameException(ErrorCode.BAD_FRAME, "A frame is a JSON object.", null);
        }
        return frame;
    }

    private static @Nullable String readableClientMsgId(JsonNode frame) {
        JsonNode id = frame.get("client_msg_id");
        return id != null
                        && id.isString()
                        && id.stringValue().length() <= CLIENT_MSG_ID_CHARS_MAX
                        && isStorable(id.stringValue())
                ? id.stringValue()
                : null;
    }

    private static ClientFrame readAs(String type, Fields fields) throws BadFrameException {
        return switch (type) {
            case "message" -> message(fields);
            case "stop" -> new ClientFrame.Stop(fields.id("message_id"));
            case "approve" ->
                    new ClientFrame.Approve(fields.id("call_id"), fields.flag("approved"));
            case "regenerate" -> new ClientFrame.Regenerate(fields.id("message_id"));
            case "edit" -> new ClientFrame.Edit(fields.id("message_id"), fields.prose("text"));
            case "auth" -> new ClientFrame.Auth(fields.required("token", TOKEN_CHARS_MAX));
            case "ack" -> new ClientFrame.Ack(fields.required("cursor", ID_CHARS_MAX * 4));
            case "ping" -> new ClientFrame.Ping();
            default -> throw fields.bad(ErrorCode.UNKNOWN_TYPE, "No frame has this \"type\".");
        };
    }

    private static ClientFrame.Message message(Fields fields) throws BadFrameException {
        return new ClientFrame.Message(
                fields.prose("text"),
                fields.optional("client_msg_id", CLIENT_MSG_ID_CHARS_MAX),
                fields.optional("conversation_id", ID_CHARS_MAX),
                fields.optional("model", ID_CHARS_MAX),
                fields.positiveInt("max_tokens"),
                fields.number("temperature", 0, 2));
    }

    /**
     * No NUL (PostgreSQL cannot keep it) and no half of a surrogate pair (UTF-8 cannot carry it).
     */
    private static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    private record Fields(JsonNode frame, @Nullable String clientMsgId) {

        BadFrameException bad(ErrorCode code, String message) {
            return new BadFrameException(code, message, clientMsgId);
        }

        String prose(String name) throws BadFrameException {
            JsonNode node = present(name);
            if (node == null) {
                throw bad(ErrorCode.EMPTY_MESSAGE, "\"" + name + "\" is missing.");
            }
            String text = text(name, node, Integer.MAX_VALUE);
            if (text.isBlank()) {
                throw bad(ErrorCode.EMPTY_MESSAGE, "\"" + name + "\" is empty.");
            }
            return text;
        }

        String id(String name) throws BadFrameException {
            return required(name, ID_CHARS_MAX);
        }

        String required(String name, int charsMax) throws BadFrameException {
            String value = optional(name, charsMax);
            if (value == null || value.isBlank()) {
                throw bad(ErrorCode.BAD_FRAME, "\"" + name + "\" is missing.");
            }
            return value;
        }

        @Nullable String optional(String name, int charsMax) throws BadFrameException {
            JsonNode node = present(name);
            if (node == null) {
                return null;
            }
            String value = text(name, node, charsMax);
            if (value.isBlank()) {
                throw bad(ErrorCode.BAD_FRAME, "\"" + name + "\" is empty.");
            }
            return value;
        }

        boolean flag(String name) throws BadFrameException {
            JsonNode node = present(name);
            if (node == null || !node.isBoolean()) {
                throw bad(ErrorCode.BAD_FRAME, "\"" + name + "\" must be true or false.");
            }
            return node.booleanValue();
        }

        @Nullable Integer positiveInt(String name) throws BadFrameException {
            JsonNode node = present(name);
            if (node == null) {
                return null;
            }
            if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
                throw bad(ErrorCode.BAD_FRAME, "\"" + name + "\" must be a whole number from 1.");
            }
            return node.intValue();
        }

        @Nullable Double number(String name, double min, double max) throws BadFrameException {
            JsonNode node = present(name);
            if (node == null) {
                return null;
            }
            double value = node.isNumber() ? node.doubleValue() : Double.NaN;
            if (!(value >= min && value <= max)) {
                throw bad(
                        ErrorCode.BAD_FRAME,
                        "\"" + name + "\" must be a number from " + min + " to " + max + ".");
            }
            return value;
        }

        private @Nullable JsonNode present(String name) {
            JsonNode node = frame.get(name);
            return node == null || node.isNull() ? null : node;
        }

        private String text(String name, JsonNode node, int charsMax) throws BadFrameException {
            if (!node.isString()) {
                throw bad(ErrorCode.BAD_FRAME, "\"" + name + "\" must be a string.");
            }
            String value = node.stringValue();
            if (value.length() > charsMax) {
                throw bad(
                        ErrorCode.BAD_FRAME,
                        "\"" + name + "\" is longer than " + charsMax + " characters.");
            }
            if (!isStorable(value)) {
                throw bad(
                        ErrorCode.BAD_FRAME,
                        "\"" + name + "\" has a NUL or half of a surrogate pair.");
            }
            return value;
        }
    }
}
