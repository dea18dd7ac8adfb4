package dev.parley.schemas;

import java.time.Duration;

/**
 * Every topic but the lanes. Partitions and replication come from configuration; what is fixed here
 * is what the code depends on.
 */
public enum Topic {
    /**
     * Key user. Written by gateways, and by audit for erasures and imports; read by the
     * orchestrator.
     */
    REQUESTS("parley.requests", Kind.WORK, Spread.BY_USER),
    /**
     * No key. Written by the orchestrator, read by the workers' share group. One partition: a share
     * group gives each member only some partitions once it has more of them than members, and a job
     * would wait for those while others are idle.
     */
    JOBS("parley.jobs", Kind.WORK, Spread.SINGLE),
    /** Key message. Written by the orchestrator, read by every worker. */
    CONTROL("parley.control", Kind.WORK, Spread.SINGLE),
    /**
     * Key user. Written by workers, read by the orchestrator; as many partitions as {@link
     * #REQUESTS}.
     */
    RESULTS("parley.results", Kind.WORK, Spread.BY_USER),
    /** Key conversation. Written by the orchestrator, read by audit: the canonical record. */
    TURNS("parley.turns", Kind.RECORD, Spread.BY_USER),
    /** Key message. Written by all, read by audit and the live view. */
    FLOW("parley.flow", Kind.RECORD, Spread.BY_USER),
    /** Key user. Written by the orchestrator, read by orchestrator and audit: wrapped data keys. */
    KEYS("parley.keys", Kind.COMPACTED, Spread.SINGLE),
    /** Key subject, for example {@code role/user}. Read whole by every orchestrator and gateway. */
    POLICY("parley.policy", Kind.COMPACTED, Spread.SINGLE),
    /** Key subject. Written by the policy's administration, read by audit: who changed what. */
    POLICY_CHANGES("parley.policy-changes", Kind.RECORD, Spread.SINGLE),
    /** Key number. Written by audit, kept: signed heads of the chains. */
    CHECKPOINTS("parley.checkpoints", Kind.RECORD, Spread.SINGLE),
    /** Key MCP server. Written by workers, read by the policy's administration. */
    TOOLS("parley.tools", Kind.COMPACTED, Spread.SINGLE),
    /**
     * Key team. Written and read by the orchestrator: what partitions of users want and used of
     * team budgets. One partition, so that one task has every team's account.
     */
    TEAMS("parley.teams", Kind.WORK, Spread.SINGLE),
    /**
     * Key team, partition as {@link #REQUESTS}. Written and read by the orchestrator: what the
     * accounts of teams lease to a partition of users.
     */
    SLICES("parley.slices", Kind.WORK, Spread.BY_USER),
    /**
     * Key worker. Written by workers every second or so, read by orchestrators and gateways: who
     * lives, and how its providers do. Not compacted: only the newest seconds are read.
     */
    WORKERS("parley.workers", Kind.WORK, Spread.SINGLE),
    /** Key session or block of lanes. Written and read whole by gateways. */
    SESSIONS("parley.sessions", Kind.COMPACTED, Spread.SINGLE);

    /** How long records stay. */
    public enum Kind {
        /** Expires within hours. */
        WORK,
        /** Kept. */
        RECORD,
        /** The newest of each key is kept. */
        COMPACTED
    }

    /** How many partitions. */
    public enum Spread {
        /** One, where a total order or a whole read matters more than width. */
        SINGLE,
        /**
         * The configured number, the same for all, so that one user's records of two topics meet in
         * one task.
         */
        BY_USER
    }

    /** Retention of {@link Kind#WORK} and of lanes unless configured otherwise. */
    public static final Duration WORK_RETENTION = Duration.ofHours(6);

    public static final String DEAD_LETTER_SUFFIX = ".dlt";
    private static final String LANE_PREFIX = "parley.lane.";

    private final String topicName;
    private final Kind kind;
    private final Spread spread;

    Topic(String topicName, Kind kind, Spread spread) {
        this.topicName = topicName;
        this.kind = kind;
        this.spread = spread;
    }

    public String topicName() {
        return topicName;
    }

    public Kind kind() {
        return kind;
    }

    public Spread spread() {
        return spread;
    }

    /** Where poison of this topic goes. */
    public String deadLetterName() {
        return topicName + DEAD_LETTER_SUFFIX;
    }

    /** The per-connection topic of a lane number, {@code parley.lane.00042}. */
    public static String lane(int number) {
        if (number < 0 || number > 99_999) {
            throw new IllegalArgumentException("lane " + number + " is not in 0..99999");
        }
        String digits = Integer.toString(number);
        return LANE_PREFIX + "00000".substring(digits.length()) + digits;
    }
}
