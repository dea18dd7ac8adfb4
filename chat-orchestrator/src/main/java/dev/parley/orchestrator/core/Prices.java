package dev.parley.orchestrator.core;

import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.TokenUsage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Money, exactly: prices are per million tokens, so a cost is a product with its point moved. */
final class Prices {

    private static final int MILLION_DIGITS = 6;

    private Prices() {}

    /** Null without a price; cached input costs as input where no cached price is given. */
    static @Nullable BigDecimal cost(PolicyRecord.@Nullable Price price, TokenUsage usage) {
        if (price == null) {
            return null;
        }
        long cached = Math.clamp(usage.cached(), 0, usage.input());
        BigDecimal cachedPrice = price.cached() == null ? price.input() : price.cached();
        BigDecimal perMillion =
                price.input()
                        .multiply(BigDecimal.valueOf(usage.input() - cached))
                        .add(cachedPrice.multiply(BigDecimal.valueOf(cached)))
                        .add(price.output().multiply(BigDecimal.valueOf(usage.output())));
        return plain(perMillion.movePointLeft(MILLION_DIGITS));
    }

    /** The most output tokens that {@code rest} pays after {@code input} tokens of input. */
    static long outputWithin(PolicyRecord.Price price, long input, BigDecimal rest) {
        BigDecimal left =
                rest.movePointRight(MILLION_DIGITS)
                        .subtract(price.input().multiply(BigDecimal.valueOf(input)));
        if (left.signum() < 0) {
            return -1;
        }
        return price.output().signum() == 0
                ? Long.MAX_VALUE
                : left.divide(price.output(), 0, RoundingMode.DOWN)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValue();
    }

    /** The most input tokens that {@code rest} pays. */
    static long inputWithin(PolicyRecord.Price price, BigDecimal rest) {
        if (rest.signum() < 0) {
            return 0;
        }
        return price.input().signum() == 0
                ? Long.MAX_VALUE
                : rest.movePointRight(MILLION_DIGITS)
                        .divide(price.input(), 0, RoundingMode.DOWN)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE))
                        .longValue();
    }

    /** Without trailing zeros and without an exponent, so that it reads as money. */
    static BigDecimal plain(BigDecimal money) {
        BigDecimal stripped = money.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
