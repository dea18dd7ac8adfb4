package dev.parley.orchestrator.core;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;

/**
 * Money of the running calendar day and month; both begin at midnight of the budget zone.
 *
 * @param day ISO date that {@code dayCost} belongs to; empty before the first spend
 * @param month ISO year-month that {@code monthCost} belongs to; empty before the first spend
 */
public record Spend(String day, BigDecimal dayCost, String month, BigDecimal monthCost) {

    public static final Spend NONE = new Spend("", BigDecimal.ZERO, "", BigDecimal.ZERO);

    public Spend plus(Instant now, ZoneId zone, BigDecimal cost) {
        if (cost.signum() == 0) {
            return this;
        }
        return new Spend(
                dayOf(now, zone).toString(),
                ofDay(now, zone).add(cost),
                monthOf(now, zone).toString(),
                ofMonth(now, zone).add(cost));
    }

    public BigDecimal ofDay(Instant now, ZoneId zone) {
        return day.equals(dayOf(now, zone).toString()) ? dayCost : BigDecimal.ZERO;
    }

    public BigDecimal ofMonth(Instant now, ZoneId zone) {
        return month.equals(monthOf(now, zone).toString()) ? monthCost : BigDecimal.ZERO;
    }

    /** When the next day begins. */
    public static Instant dayEnd(Instant now, ZoneId zone) {
        return dayOf(now, zone).plusDays(1).atStartOfDay(zone).toInstant();
    }

    /** When the next month begins. */
    public static Instant monthEnd(Instant now, ZoneId zone) {
        return monthOf(now, zone).plusMonths(1).atDay(1).atStartOfDay(zone).toInstant();
    }

    private static LocalDate dayOf(Instant now, ZoneId zone) {
        return LocalDate.ofInstant(now, zone);
    }

    private static YearMonth monthOf(Instant now, ZoneId zone) {
        return YearMonth.from(dayOf(now, zone));
    }
}
