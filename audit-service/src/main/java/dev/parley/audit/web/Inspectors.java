package dev.parley.audit.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;

/** Lets inspectors in. */
public final class Inspectors {

    private Inspectors() {}

    /** Who may read what is not their own, perhaps of one team alone. */
    public static void admit(Reader reader) {
        if (!reader.inspects()) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "This is for auditors.");
        }
    }

    /** Who may read everything, and act on the record. */
    public static void admitToAll(Reader reader) {
        admit(reader);
        if (!reader.inspectsAll()) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "This is for auditors of all teams.");
        }
    }
}
