package dev.parley.schemas.right;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.PolicyRecord.ToolRule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolRightTest {

    private static ToolRule rule(String mode, String tools, String ask) {
        return new ToolRule(mode, words(tools), words(ask));
    }

    private static List<String> words(String text) {
        return text == null ? List.of() : List.of(text.split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        // mode,  tools,        ask,     tool,      right
        "all,     ,             ,        echo,      ALLOW",
        "all,     ,             get-*,   get-env,   ASK",
        "allow,   echo get-*,   ,        echo,      ALLOW",
        "allow,   echo get-*,   ,        get-env,   ALLOW",
        "allow,   echo get-*,   get-env, get-env,   ASK",
        "allow,   echo,         get-env, get-env,   DENY",
        "allow,   ,             ,        echo,      DENY",
        "allow,   echo,         ,        Echo,      DENY",
        "allow,   echo,         ,        echo2,     DENY",
        "deny,    write*,       ,        read,      ALLOW",
        "deny,    write*,       ,        write_all, DENY",
        "deny,    write*,       *,       write_all, DENY",
        "deny,    ,             ,        echo,      ALLOW",
        "deny,    *,            ,        echo,      DENY",
        "none,    echo,         ,        echo,      DENY",
        "none,    ,             echo,    echo,      DENY",
        "ALL,     ,             ,        echo,      DENY",
        "nonsense,echo,         ,        echo,      DENY",
    })
    void oneRule(String mode, String tools, String ask, String tool, ToolRight right) {
        assertThat(ToolRight.of(rule(mode, tools, ask), tool)).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({
        // role,       user,       right of both
        "all,          all,        ALLOW",
        "all,          none,       DENY",
        "none,         all,        DENY",
        "all,          deny:echo,  DENY",
        "deny:echo,    all,        DENY",
        "allow:echo,   allow:echo, ALLOW",
        "allow:other,  allow:echo, DENY",
    })
    void severalRulesMustAllAllow(String role, String user, ToolRight right) {
        List<ToolRule> rules = new ArrayList<>();
        for (String rule : List.of(role, user)) {
            String[] parts = rule.split(":");
            rules.add(rule(parts[0], parts.length > 1 ? parts[1] : null, null));
        }
        assertThat(ToolRight.of(rules, "echo")).isEqualTo(right);
    }

    @Test
    void oneRuleThatAsksIsEnough() {
        assertThat(ToolRight.of(List.of(rule("all", null, null), rule("all", null, "e*")), "echo"))
                .isEqualTo(ToolRight.ASK);
    }

    @Test
    void noRuleDenies() {
        assertThat(ToolRight.of((List<ToolRule>) null, "echo")).isEqualTo(ToolRight.DENY);
        assertThat(ToolRight.of(List.of(), "echo")).isEqualTo(ToolRight.DENY);
        assertThat(ToolRight.of(new ToolRule(null, null, null), "echo")).isEqualTo(ToolRight.DENY);
    }
}
