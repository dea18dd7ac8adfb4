package dev.parley.gateway.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The container keeps the request of a handshake for as long as the socket is open. What the
 * framework left on it, the observation of the request above all, is let go here: it is some
 * kilobytes, and sockets are many. Outermost, since the filters within still need it.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UpgradedRequests extends OncePerRequestFilter {

    /** The container's own are left: the upgraded connection itself is one of them. */
    private static final String OF_THE_FRAMEWORK = "org.springframework.";

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, response);
        if (response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
            Collections.list(request.getAttributeNames()).stream()
                    .filter(name -> name.startsWith(OF_THE_FRAMEWORK))
                    .forEach(request::removeAttribute);
        }
    }

    /** Of every other request nothing is to be done. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader("Upgrade") == null;
    }
}
