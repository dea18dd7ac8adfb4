package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is used of every limit of one scope that counts something, at one moment. */
public final class Meters {

    private static final int SHARE_DIGITS = 6;

    private final Scope scope;
    private final Instant now;
    private final ZoneId zone;

    /**
     * Whose limits.
     *
     * @param name null: the user's own; else for example {@code model/gpt-*}
     * @param running answers that count
     */
    record Scope(@Nullable String name, Limits limits, Account account, List<Running> running) {

        static Scope own(Limits limits, UserState user) {
            return new Scope(null, limits, user.account(), user.running());
        }

        static Scope model(String entry, Limits limits, UserState user) {
            return new Scope(
                    "model/" + entry,
                    limits,
                    user.account(entry),
                    user.running().stream().filter(a -> entry.equals(a.model())).toList());
        }

        BigDecimal heldTokens() {
            return BigDecimal.valueOf(running.stream().mapToLong(Running::heldTokens).sum());
        }

        BigDecimal heldCost() {
            return running.stream().map(Running::heldCost).reduce(BigDecimal.ZERO, BigDecimal::add);
        }
    }

    Meters(Scope scope, Instant now, ZoneId zone) {
        this.scope = scope;
        this.now = now;
        this.zone = zone;
    }

    /**
     * The report for a client, the strictest limit first: the user's own, those of models that have
     * some, and as last told those of the team.
     */
    public static ServerFrame.Usage usage(
            Rights rights, Policy policy, Memory memory, Instant now, ZoneId zone) {
        UserState user = memory.user();
        List<ServerFrame.LimitState> lines =
                new ArrayList<>(new Meters(Scope.own(rights.limits(), user), now, zone).lines());
        for (String entry : user.models().keySet()) {
            Limits limits = policy.limitsOfModel(entry);
            lines.addAll(new Meters(Scope.model(entry, limits, user), now, zone).lines());
        }
        String team = rights.author().team();
        if (team != null && !rights.shared().isEmpty()) {
            lines.addAll(memory.team(team).limits());
        }
        lines.sort(Comparator.comparing(Meters::restShare));
        return new ServerFrame.Usage(
                List.copyOf(lines), user.running().size(), user.waiting().size());
    }

    /**
     * One limit.
     *
     * @param settled what is used for good
     * @param held what running answers may still use
     */
    record Meter(LimitName name, BigDecimal settled, BigDecimal held, BigDecimal max) {
        BigDecimal used() {
            return settled.add(held);
        }

        BigDecimal rest() {
            return max.subtract(used());
        }

        /** Whether nothing but running answers is in the way. */
        boolean heldOnly(BigDecimal need) {
            return held.signum() > 0 && settled.add(need).compareTo(max) <= 0;
        }

        boolean fits(BigDecimal need) {
            return need.compareTo(rest()) <= 0;
        }
    }

    @Nullable Meter meter(LimitName name) {
        BigDecimal max = scope.limits().max(name);
        if (max == null) {
            return null;
        }
        return switch (name) {
            case REQUESTS_PER_SECOND, REQUESTS_PER_MINUTE, REQUESTS_PER_HOUR, REQUESTS_PER_DAY ->
                    new Meter(
                            name,
                            BigDecimal.valueOf(scope.account().requests().sum(now, window(name))),
                            BigDecimal.ZERO,
                            max);
            case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY ->
                    new Meter(
                            name,
                            BigDecimal.valueOf(scope.account().tokens().sum(now, window(name))),
                            scope.heldTokens(),
                            max);
            case COST_PER_DAY ->
                    new Meter(
                            name, scope.account().spend().ofDay(now, zone), scope.heldCost(), max);
            case COST_PER_MONTH ->
                    new Meter(
                            name,
                            scope.account().spend().ofMonth(now, zone),
                            scope.heldCost(),
                            max);
            case CONCURRENT_ANSWERS ->
                    new Meter(
                            name, BigDecimal.ZERO, BigDecimal.valueOf(scope.running().size()), max);
            case MESSAGE_CHARS, ANSWER_TOKENS, ANSWER_SECONDS, TOOL_ROUNDS -> null;
        };
    }

    /**
     * The earliest moment at which {@code need} would fit if nothing else came and every running
     * answer used nothing. Where it would fit already, and only holds are in the way: the first
     * deadline of these.
     */
    @Nullable Instant fitsAt(Meter meter, BigDecimal need) {
        BigDecimal most = meter.max().subtract(need);
        if (meter.heldOnly(need)) {
            return scope.running().stream()
                    .map(Running::deadline)
                    .min(Comparator.naturalOrder())
                    .orElse(null);
        }
        return switch (meter.name()) {
            case COST_PER_DAY -> Spend.dayEnd(now, zone);
            case COST_PER_MONTH -> Spend.monthEnd(now, zone);
            case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY ->
                    scope.account().tokens().atMost(floor(most), now, window(meter.name()));
            case REQUESTS_PER_SECOND, REQUESTS_PER_MINUTE, REQUESTS_PER_HOUR, REQUESTS_PER_DAY ->
                    scope.account().requests().atMost(floor(most), now, window(meter.name()));
            case CONCURRENT_ANSWERS, MESSAGE_CHARS, ANSWER_TOKENS, ANSWER_SECONDS, TOOL_ROUNDS ->
                    null;
        };
    }

    private List<ServerFrame.LimitState> lines() {
        List<ServerFrame.LimitState> all = new ArrayList<>();
        for (LimitName name : LimitName.values()) {
            Meter meter = meter(name);
            if (meter != null) {
                all.add(line(meter, emptyAt(meter)));
            }
        }
        return all;
    }

    ServerFrame.LimitState state(Meter meter, @Nullable Instant resetsAt) {
        return new ServerFrame.LimitState(
                meter.name().wire(),
                Prices.plain(meter.used()),
                Prices.plain(meter.max()),
                resetsAt,
                null,
                scope.name());
    }

    private ServerFrame.LimitState line(Meter meter, @Nullable Instant resetsAt) {
        return new ServerFrame.LimitState(
                meter.name().wire(),
                Prices.plain(meter.used()),
                Prices.plain(meter.max()),
                resetsAt,
                Prices.plain(meter.rest().max(BigDecimal.ZERO)),
                scope.name());
    }

    static Duration window(LimitName name) {
        return switch (name) {
            case REQUESTS_PER_SECOND -> Duration.ofSeconds(1);
            case REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE -> Duration.ofMinutes(1);
            case REQUESTS_PER_HOUR, TOKENS_PER_HOUR -> Duration.ofHours(1);
            case REQUESTS_PER_DAY, TOKENS_PER_DAY -> Duration.ofDays(1);
            case COST_PER_DAY,
                    COST_PER_MONTH,
                    CONCURRENT_ANSWERS,
                    MESSAGE_CHARS,
                    ANSWER_TOKENS,
                    ANSWER_SECONDS,
                    TOOL_ROUNDS ->
                    throw new IllegalArgumentException(name + " is no sliding window");
        };
    }

    /** When everything settled has left the window; null when nothing is in it. */
    private @Nullable Instant emptyAt(Meter meter) {
        return meter.settled().signum() == 0
                ? null
                : switch (meter.name()) {
                    case COST_PER_DAY -> Spend.dayEnd(now, zone);
                    case COST_PER_MONTH -> Spend.monthEnd(now, zone);
                    case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY ->
                            scope.account().tokens().atMost(0, now, window(meter.name()));
                    case REQUESTS_PER_SECOND,
                            REQUESTS_PER_MINUTE,
                            REQUESTS_PER_HOUR,
                            REQUESTS_PER_DAY ->
                            scope.account().requests().atMost(0, now, window(meter.name()));
                    case CONCURRENT_ANSWERS,
                            MESSAGE_CHARS,
                            ANSWER_TOKENS,
                            ANSWER_SECONDS,
                            TOOL_ROUNDS ->
                            null;
                };
    }

    private static BigDecimal restShare(ServerFrame.LimitState line) {
        return line.max().signum() == 0
                ? BigDecimal.ZERO
                : line.max()
                        .subtract(line.used())
                        .divide(line.max(), SHARE_DIGITS, RoundingMode.DOWN);
    }

    private static long floor(BigDecimal value) {
        return value.setScale(0, RoundingMode.FLOOR).longValue();
    }
}
