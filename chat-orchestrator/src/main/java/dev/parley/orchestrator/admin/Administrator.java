package dev.parley.orchestrator.admin;

/**
 * An administrator who calls.
 *
 * @param tokenRole the role of the token, which counts where the user's entry names none
 */
record Administrator(String id, String tokenRole) {

    /** The role whose holders administer. It is a name, since a token brings it. */
    static final String ROLE = "admin";

    /** As whom the service itself changes the policy. */
    static final String SYSTEM = "system";
}
