package dev.parley.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class UpgradedRequestsTest {

    @ParameterizedTest
    @CsvSource({"websocket, 101, 0", "websocket, 401, 1", ", 200, 1"})
    void letsGoOfWhatIsLeftOnAnUpgradedRequestAlone(String upgrade, int status, int kept)
            throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/ws/chat");
        if (upgrade != null) {
            request.addHeader("Upgrade", upgrade);
        }
        new UpgradedRequests()
                .doFilter(
                        request,
                        new MockHttpServletResponse(),
                        (asked, answer) -> {
                            asked.setAttribute("org.springframework.observation", "large");
                            asked.setAttribute("org.eclipse.jetty.connection", "needed");
                            ((HttpServletResponse) answer).setStatus(status);
                        });
        List<String> names = Collections.list(request.getAttributeNames());
        assertThat(names.stream().filter("org.springframework.observation"::equals)).hasSize(kept);
        assertThat(names).contains("org.eclipse.jetty.connection");
    }
}
