package dev.parley.orchestrator.core;

import dev.parley.orchestrator.core.TeamSlice.Share;
import dev.parley.schemas.frame.ServerFrame;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is used, leased and free of the limits of a team, at one moment. */
final class TeamMeters {

    /** More than any team may have. */
    private static final long UNLIMITED = 1_000_000_000_000L;

    /** Part of a limit that is leased beyond a message's need, so that the next need not ask. */
    private static final BigDecimal AHEAD = new BigDecimal("0.01");

    /** Of what is free, at most this part is leased ahead. */
    private static final BigDecimal AHEAD_OF_FREE = new BigDecimal("0.1");

    private static final long RETRY_SOON_S = 1;

    private final TeamAccount account;
    private final List<Meter> meters = new ArrayList<>();
    private final Instant now;
    private final ZoneId zone;

    private record Meter(LimitName name, BigDecimal used, BigDecimal leased, BigDecimal max) {
        boolean ofMoney() {
            return name == LimitName.COST_PER_DAY || name == LimitName.COST_PER_MONTH;
        }

        BigDecimal free() {
            return max.subtract(used).subtract(leased);
        }

        BigDecimal need(Share share) {
            return ofMoney() ? share.cost() : BigDecimal.valueOf(share.tokens());
        }
    }

    TeamMeters(TeamAccount account, Limits limits, Instant now, ZoneId zone) {
        this.account = account;
        this.now = now;
        this.zone = zone;
        Share leased =
                account.leases().stream()
                        .map(TeamAccount.Lease::share)
                        .reduce(Share.NONE, Share::plus);
        for (LimitName name : LimitName.values()) {
            BigDecimal max = limits.max(name);
            if (max != null && name.isAmount()) {
                boolean money = name == LimitName.COST_PER_DAY || name == LimitName.COST_PER_MONTH;
                meters.add(
                        new Meter(
                                name,
                                used(name),
                                money ? leased.cost() : BigDecimal.valueOf(leased.tokens()),
                                max));
            }
        }
    }

    /** What may still be leased. */
    Share free() {
        return new Share(least(false).longValue(), least(true));
    }

    /** What is leased beyond a message's need when {@code rest} is left. */
    Share ahead(Share rest) {
        return new Share(
                ahead(false, BigDecimal.valueOf(rest.tokens())).longValue(),
                ahead(true, rest.cost()));
    }

    /** The limit that has no room for the need; of several the one that has room last. */
    ServerFrame.LimitState exceeded(Share need) {
        Meter worst = meters.getFirst();
        Instant latest = Instant.MIN;
        for (Meter meter : meters) {
            if (meter.need(need).compareTo(meter.free()) > 0) {
                Instant at = roomAt(meter, meter.need(need));
                if (at == null || at.isAfter(latest)) {
                    worst = meter;
                    latest = at == null ? now : at;
                }
            }
        }
        return line(worst, roomAt(worst, worst.need(need)));
    }

    /** In a second where only running answers are in the way. */
    long retryAfterS(ServerFrame.LimitState limit) {
        return limit.resetsAt() == null
                ? RETRY_SOON_S
                : Math.max(
                        RETRY_SOON_S,
                        Duration.between(now, limit.resetsAt()).plusMillis(999).toSeconds());
    }

    List<ServerFrame.LimitState> lines() {
        return meters.stream().map(m -> line(m, null)).toList();
    }

    private ServerFrame.LimitState line(Meter meter, @Nullable Instant resetsAt) {
        return new ServerFrame.LimitState(
                meter.name().wire(),
                Prices.plain(meter.used().add(meter.leased())),
                Prices.plain(meter.max()),
                resetsAt,
                Prices.plain(meter.free().max(BigDecimal.ZERO)),
                "team/" + account.team());
    }

    /** Null when what is settled leaves room and only running answers are in the way. */
    private @Nullable Instant roomAt(Meter meter, BigDecimal need) {
        BigDecimal most = meter.max().subtract(need);
        if (meter.used().compareTo(most) <= 0) {
            return null;
        }
        return switch (meter.name()) {
            case COST_PER_DAY -> Spend.dayEnd(now, zone);
            case COST_PER_MONTH -> Spend.monthEnd(now, zone);
            default ->
                    account.tokens()
                            .atMost(
                                    most.setScale(0, RoundingMode.FLOOR).longValue(),
                                    now,
                                    Meters.window(meter.name()));
        };
    }

    private BigDecimal used(LimitName name) {
        return switch (name) {
            case COST_PER_DAY -> account.spend().ofDay(now, zone);
            case COST_PER_MONTH -> account.spend().ofMonth(now, zone);
            default -> BigDecimal.valueOf(account.tokens().sum(now, Meters.window(name)));
        };
    }

    private BigDecimal least(boolean money) {
        return meters.stream()
                .filter(m -> m.ofMoney() == money)
                .map(Meter::free)
                .reduce(BigDecimal.valueOf(UNLIMITED), BigDecimal::min);
    }

    private BigDecimal ahead(boolean money, BigDecimal rest) {
        return meters.stream()
                .filter(m -> m.ofMoney() == money)
                .map(m -> m.max().multiply(AHEAD))
                .reduce(BigDecimal::min)
                .map(ahead -> ahead.min(rest.multiply(AHEAD_OF_FREE)).max(BigDecimal.ZERO))
                .orElse(BigDecimal.ZERO);
    }
}
