package dev.parley.autoconfigure.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

class ProblemAnswersTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(ProblemAnswers.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final ProblemAnswers answers = new ProblemAnswers();

    @BeforeEach
    void listen() {
        logger.setLevel(Level.DEBUG);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    static Stream<Exception> gone() {
        return Stream.of(
                new IOException("Broken pipe"),
                new UncheckedIOException(new IOException("Connection reset by peer")),
                new AsyncRequestNotUsableException("the response is not usable"));
    }

    @ParameterizedTest
    @MethodSource("gone")
    void aClientThatIsGoneIsNoFaultOfOurs(Exception gone) {
        assertThat(answers.unforeseen(gone)).isNull();
        assertThat(log.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.DEBUG);
    }

    @Test
    void anyOtherFaultIsToldWithAReferenceAndWithoutItsText() {
        var answer = answers.unforeseen(new IOException("the secret disk is full"));

        assertThat(answer.getStatusCode().value()).isEqualTo(500);
        assertThat(String.valueOf(answer.getBody())).doesNotContain("secret");
        assertThat(log.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.ERROR);
    }
}
