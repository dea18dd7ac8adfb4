package dev.parley.e2e.system;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Signs tokens as the organisation's issuer would. */
public record Tokens(String secret) {

    public String of(String user, String role) {
        return of(user, role, Duration.ofHours(1));
    }

    public String of(String user, String role, Duration life) {
        return Jwts.builder()
                .subject(user)
                .claim("role", role)
                .claim("name", "Name of " + user)
                .issuer("parley")
                .audience()
                .add("parley")
                .and()
                .expiration(Date.from(Instant.now().plus(life)))
                .signWith(
                        Keys.hmacShaKeyFor(secret.getBytes(StandardCharsets.UTF_8)), Jwts.SIG.HS256)
                .compact();
    }
}
