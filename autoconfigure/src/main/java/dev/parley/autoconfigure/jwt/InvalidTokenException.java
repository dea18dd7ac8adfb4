package dev.parley.autoconfigure.jwt;

/** No token, or one that is not taken; says no more than that to the outside. */
public final class InvalidTokenException extends Exception {

    private static final long serialVersionUID = 1L;

    public InvalidTokenException(String reason) {
        super(reason);
    }
}
