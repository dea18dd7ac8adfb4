package dev.parley.orchestrator.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.orchestrator.admin.Orchestrator.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every call of the administration, and every way to get it wrong. */
class AdministrationTest {

    private final Orchestrator orchestrator = Surroundings.shared().orchestrator();

    @Test
    void beginsWithTheBuiltInPolicy() {
        Answer roles = orchestrator.get("/api/admin/roles");

        assertThat(roles.status()).isEqualTo(200);
        assertThat(roles.json().at("/items").findValuesAsString("name"))
                .contains("admin", "auditor", "user");
        assertThat(roles.json().at("/items/0/updated_by").asString()).isEqualTo("system");
        assertThat(orchestrator.policy().knowsRole("user")).isTrue();
    }

    @Test
    void createsReplacesPatchesAndDeletes() {
        String path = "/api/admin/users/crud";
        Answer made =
                orchestrator.put(path, "{\"team\":\"blue\",\"limits\":{\"tokens_per_day\":0}}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.version()).isEqualTo(1);
        assertThat(made.json().at("/limits/tokens_per_day").asLong(-1)).isZero();
        assertThat(made.json().at("/updated_by").asString()).isEqualTo("admin");

        Answer again = orchestrator.put(path, "{\"team\":\"red\"}");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("conflict");
        assertThat(again.version()).isEqualTo(1);

        Answer replaced = orchestrator.put(path, "{\"team\":\"red\",\"version\":1}");
        assertThat(replaced.status()).as(replaced.text()).isEqualTo(200);
        assertThat(replaced.version()).isEqualTo(2);
        assertThat(replaced.json().at("/limits").isEmpty()).isTrue();

        Answer patched =
                orchestrator.patch(path, "{\"limits\":{\"cost_per_day\":1.50},\"version\":2}");
        assertThat(patched.status()).as(patched.text()).isEqualTo(200);
        assertThat(patched.json().at("/team").asString()).isEqualTo("red");
        assertThat(patched.json().at("/limits/cost_per_day").decimalValue())
                .isEqualByComparingTo("1.5");

        assertThat(orchestrator.patch(path, "{\"team\":null,\"version\":2}").status())
                .isEqualTo(409);
        assertThat(orchestrator.delete(path + "?version=1").status()).isEqualTo(409);
        assertThat(orchestrator.delete(path + "?version=3").status()).isEqualTo(204);
        assertThat(orchestrator.get(path).code()).isEqualTo("not_found");
        assertThat(orchestrator.delete(path).status()).isEqualTo(404);
        assertThat(orchestrator.put(path, "{}").version()).as("goes on counting").isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "roles/r1 | {\"limits\":{\"requests_per_minute\":-1}} | limits.requests_per_minute",
                "roles/r1 | {\"limits\":{\"requests_per_minute\":1.5}} | limits.requests_per_minute",
                "roles/r1 | {\"limits\":{\"requests_per_minute\":\"5\"}} | limits.requests_per_minute",
                "roles/r1 | {\"limits\":{\"cost_per_day\":-0.01}} | limits.cost_per_day",
                "roles/r1 | {\"limits\":{\"cost_per_day\":\"NaN\"}} | limits.cost_per_day",
                "roles/r1 | {\"limits\":{\"cost_per_day\":1e400}} | limits.cost_per_day",
                "roles/r1 | {\"limits\":{\"concurrent_answers\":99999999999}} | limits.concurrent_answers",
                "roles/r1 | {\"limits\":{\"requests_per_year\":1}} | limits.requests_per_year",
                "roles/r1 | {\"limits\":[]} | limits",
                "roles/r1 | {\"limit\":{}} | limit",
                "roles/r1 | {\"queue\":\"yes\"} | queue",
                "roles/r1 | {\"models\":\"gpt\"} | models",
                "roles/r1 | {\"models\":[\"gpt-[45]\"]} | models[0]",
                "roles/r1 | {\"models\":[\"\"]} | models[0]",
                "roles/r1 | {\"tools\":{\"x\":{\"mode\":\"some\"}}} | tools.x.mode",
                "roles/r1 | {\"tools\":{\"x\":{\"tools\":[\"a\"]}}} | tools.x.mode",
                "roles/r1 | {\"tools\":{\"x\":{\"mode\":\"allow\",\"tools\":[\"a b\"]}}} | tools.x.tools[0]",
                "roles/r1 | {\"name\":\"other\"} | name",
                "roles/r1 | {\"version\":\"1\"} | version",
                "users/u1 | {\"role\":\"nobody-has-it\"} | role",
                "users/u1 | {\"welcome\":7} | welcome",
                "teams/t1 | {\"models\":[]} | models",
                "mcp-servers/m1 | {\"transport\":\"carrier\"} | transport",
                "mcp-servers/m1 | {\"transport\":\"stdio\"} | command",
                "mcp-servers/m1 | {\"transport\":\"http\"} | url",
                "mcp-servers/m1 | {\"transport\":\"http\",\"url\":\"ftp://x\"} | url",
                "mcp-servers/m1 | {\"transport\":\"http\",\"url\":\"https://\"} | url",
                "mcp-servers/m1 | {\"transport\":\"http\",\"url\":\"https://a:b@x/\"} | url",
                "mcp-servers/m%20x | {\"transport\":\"stdio\",\"command\":[\"x\"]} | name",
                "models/g1 | {\"price\":{\"input\":1}} | price.output",
                "models/g1 | {\"price\":{\"input\":-1,\"output\":1}} | price.input",
                "models/g1 | {\"routes\":[{\"weight\":1}]} | routes[0].provider",
                "limits/users/u1 | {\"limits\":{\"tool_rounds\":-1}} | limits.tool_rounds",
                "limits/users/u1 | {\"queue\":true} | queue",
                "welcome | {\"text\":\" \"} | text"
            })
    void saysWhichFieldIsWrong(String path, String body, String field) {
        Answer answer = orchestrator.put("/api/admin/" + path, body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.type()).startsWith("application/problem+json");
        assertThat(answer.code()).isEqualTo("bad_frame");
        assertThat(answer.json().path("field").asString("")).isEqualTo(field);
        assertThat(answer.json().path("detail").asString("")).contains(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{",
                "[]",
                "`7`",
                "{\"limits\":{},\"limits\":{}}",
                "{\"limits\":{\"cost_per_day\":NaN}}"
            })
    void refusesWhatIsNotAJsonObject(String body) {
        assertThat(orchestrator.put("/api/admin/roles/r2", body).status()).isEqualTo(400);
    }

    @Test
    void refusesStrangersTypesAndSizes() {
        String path = "/api/admin/roles";
        assertThat(orchestrator.call(null, null, "GET", path, null, null).status()).isEqualTo(401);
        Answer user = orchestrator.call("u", "user", "GET", path, null, null);
        assertThat(user.status()).isEqualTo(403);
        assertThat(user.code()).isEqualTo("forbidden");
        assertThat(orchestrator.call("a", "auditor", "GET", path, null, null).status())
                .isEqualTo(403);
        assertThat(
                        orchestrator
                                .call("admin", "admin", "PUT", path + "/x", "text/plain", "{}")
                                .status())
                .isEqualTo(415);
        String large = "{\"welcome\":\"" + "x".repeat(10_000_000) + "\"}";
        assertThat(orchestrator.put(path + "/x", large).status()).isEqualTo(413);
        assertThat(orchestrator.get(path + "?limit=0").status()).isEqualTo(400);
        assertThat(orchestrator.get(path + "?limit=201").status()).isEqualTo(400);
        assertThat(orchestrator.get(path + "?limit=x").status()).isEqualTo(400);
        assertThat(orchestrator.get(path + "?after=!").status()).isEqualTo(400);
        assertThat(orchestrator.get("/api/admin/unheard-of").status()).isEqualTo(404);
    }

    @Test
    void listsInOrderWithoutGapOrRepeat() {
        for (int i = 0; i < 7; i++) {
            assertThat(orchestrator.put("/api/admin/teams/list-" + i, "{}").status())
                    .isEqualTo(201);
        }
        orchestrator.put("/api/admin/teams/list_5", "{}");
        StringBuilder seen = new StringBuilder();
        String after = "";
        do {
            Answer page = orchestrator.get("/api/admin/teams?limit=3&query=LIST-&after=" + after);
            page.json().path("items").forEach(item -> seen.append(item.path("name").asString()));
            after = page.json().path("next").asString("");
        } while (!after.isEmpty());
        assertThat(seen.toString()).isEqualTo("list-0list-1list-2list-3list-4list-5list-6");
        assertThat(orchestrator.get("/api/admin/teams?query=list_").json().path("items"))
                .as("an underscore is itself")
                .hasSize(1);
        assertThat(orchestrator.get("/api/admin/teams?query=%25").json().path("items")).isEmpty();
    }

    @Test
    void keepsAnAdministrator() {
        Answer role = orchestrator.delete("/api/admin/roles/admin");
        assertThat(role.status()).isEqualTo(409);
        assertThat(role.code()).isEqualTo("conflict");
        assertThat(orchestrator.put("/api/admin/users/admin", "{\"role\":\"user\"}").status())
                .as("the caller is the last known one")
                .isEqualTo(409);
        assertThat(orchestrator.post("/api/admin/blocks", "{\"user\":\"admin\"}").status())
                .as("nobody blocks himself")
                .isEqualTo(409);

        orchestrator.put("/api/admin/users/second", "{\"role\":\"admin\"}");
        assertThat(orchestrator.post("/api/admin/blocks", "{\"user\":\"second\"}").status())
                .isEqualTo(201);
        assertThat(orchestrator.put("/api/admin/users/admin", "{\"role\":\"user\"}").status())
                .as("the other one is blocked")
                .isEqualTo(409);
        assertThat(orchestrator.delete("/api/admin/blocks/second").status()).isEqualTo(204);
        assertThat(orchestrator.put("/api/admin/users/admin", "{\"role\":\"user\"}").status())
                .isEqualTo(201);
        assertThat(orchestrator.put("/api/admin/teams/late", "{}").status())
                .as("at once, whatever this instance has read")
                .isEqualTo(403);
        assertThat(
                        orchestrator
                                .call(
                                        "second",
                                        "admin",
                                        "DELETE",
                                        "/api/admin/users/admin",
                                        null,
                                        null)
                                .status())
                .isEqualTo(204);
        org.awaitility.Awaitility.await("the role of the token counts again")
                .atMost(Orchestrator.PATIENCE)
                .until(() -> orchestrator.delete("/api/admin/users/second").status() == 204);
    }

    @Test
    void keepsRolesThatAreUsed() {
        orchestrator.put("/api/admin/roles/used", "{}");
        orchestrator.put("/api/admin/users/of-used", "{\"role\":\"used\"}");
        Answer refused = orchestrator.delete("/api/admin/roles/used");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("of-used");
        assertThat(orchestrator.delete("/api/admin/users/of-used").status()).isEqualTo(204);
        assertThat(orchestrator.delete("/api/admin/roles/used").status()).isEqualTo(204);
    }

    @Test
    void blocksWithReasonAndEnd() {
        Answer made =
                orchestrator.post(
                        "/api/admin/blocks",
                        "{\"user\":\"bad\",\"reason\":\"r\",\"message\":\"m\",\"until\":\"2099-01-01T00:00:00Z\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json().at("/user").asString()).isEqualTo("bad");
        assertThat(made.json().at("/until").asString()).isEqualTo("2099-01-01T00:00:00Z");
        assertThat(orchestrator.post("/api/admin/blocks", "{\"user\":\"bad\"}").status())
                .isEqualTo(200);
        assertThat(orchestrator.get("/api/admin/blocks/bad").json().has("until")).isFalse();
        assertThat(
                        orchestrator
                                .post(
                                        "/api/admin/blocks",
                                        "{\"user\":\"bad\",\"until\":\"2001-01-01T00:00:00Z\"}")
                                .status())
                .isEqualTo(400);
        assertThat(orchestrator.post("/api/admin/blocks", "{\"reason\":\"x\"}").status())
                .isEqualTo(400);
        assertThat(orchestrator.delete("/api/admin/blocks/bad").status()).isEqualTo(204);
        assertThat(orchestrator.get("/api/admin/blocks/bad").status()).isEqualTo(404);
    }

    @Test
    void changesLimitsAlone() {
        orchestrator.put("/api/admin/teams/limited", "{\"limits\":{\"cost_per_month\":500}}");
        String path = "/api/admin/limits/teams/limited";
        Answer shown = orchestrator.get(path);
        assertThat(shown.json().at("/kind").asString()).isEqualTo("teams");
        assertThat(shown.json().at("/limits/cost_per_month").asLong()).isEqualTo(500);
        assertThat(orchestrator.put(path, "{\"limits\":{}}").status()).isEqualTo(409);
        Answer patched =
                orchestrator.patch(
                        path,
                        "{\"limits\":{\"tokens_per_day\":5,\"cost_per_month\":null},\"version\":1}");
        assertThat(patched.status()).as(patched.text()).isEqualTo(200);
        assertThat(patched.json().path("limits").toString()).isEqualTo("{\"tokens_per_day\":5}");
        assertThat(orchestrator.delete(path).status()).isEqualTo(204);
        assertThat(orchestrator.get(path).json().path("limits")).isEmpty();
        assertThat(orchestrator.put("/api/admin/limits/users/new", "{\"limits\":{}}").status())
                .isEqualTo(201);
        assertThat(orchestrator.get("/api/admin/limits/users/nobody").status()).isEqualTo(404);
        assertThat(
                        orchestrator
                                .get("/api/admin/limits?limit=200")
                                .json()
                                .path("items")
                                .findValuesAsString("kind"))
                .contains("roles", "teams", "users");
    }

    @Test
    void takesNamesAsTheyAre() {
        String model = "/api/admin/models/openai%2Fgpt-5*";
        Answer made = orchestrator.put(model, "{\"price\":{\"input\":1,\"output\":2}}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(orchestrator.get(model).json().path("name").asString())
                .isEqualTo("openai/gpt-5*");
        String user = "/api/admin/users/auth0%7C%C3%A4%20%25%27--";
        Answer added = orchestrator.put(user, "{}");
        assertThat(added.status()).as(added.text()).isEqualTo(201);
        assertThat(orchestrator.get(user).json().path("name").asString()).isEqualTo("auth0|ä %'--");
    }

    @Test
    void showsWhatHoldsAndFromWhere() {
        orchestrator.put(
                "/api/admin/roles/shown",
                "{\"limits\":{\"requests_per_minute\":60,\"message_chars\":0},"
                        + "\"models\":[\"gpt-*\"],\"tools\":{\"mine\":{\"mode\":\"all\"}}}");
        orchestrator.put("/api/admin/teams/shown", "{\"limits\":{\"requests_per_minute\":7}}");
        orchestrator.put(
                "/api/admin/users/shown",
                "{\"role\":\"shown\",\"team\":\"shown\","
                        + "\"limits\":{\"requests_per_minute\":9,\"tool_rounds\":3}}");
        org.awaitility.Awaitility.await("the change in force")
                .atMost(Orchestrator.PATIENCE)
                .until(() -> orchestrator.policy().subjects().containsKey("user/shown"));

        Answer answer = orchestrator.get("/api/admin/users/shown/effective?role=admin");

        assertThat(answer.json().path("role").asString()).isEqualTo("shown");
        assertThat(answer.json().path("role_from").asString()).isEqualTo("user/shown");
        assertThat(answer.json().path("limits").toString())
                .contains("\"requests_per_minute\":{\"max\":7,\"from\":\"team/shown\"}")
                .contains("\"message_chars\":{\"max\":0,\"from\":\"role/shown\"}")
                .contains("\"tool_rounds\":{\"max\":3,\"from\":\"user/shown\"}");
        assertThat(answer.json().path("models").toString())
                .isEqualTo("[{\"model\":\"gpt-*\",\"from\":\"role/shown\"}]");
        assertThat(answer.json().path("tools").has("mine")).isTrue();
        assertThat(
                        orchestrator
                                .get("/api/admin/users/nobody/effective?role=none")
                                .json()
                                .path("allowed")
                                .asBoolean(true))
                .isFalse();
        assertThat(
                        orchestrator
                                .call(
                                        "shown",
                                        "user",
                                        "GET",
                                        "/api/admin/users/shown/effective",
                                        null,
                                        null)
                                .status())
                .isEqualTo(403);
    }

    @Test
    void greetsEverybody() {
        Answer none = orchestrator.get("/api/admin/welcome");
        assertThat(none.json().path("text").isNull()).isTrue();
        Answer set = orchestrator.put("/api/admin/welcome", "{\"text\":\"Hello\",\"version\":0}");
        assertThat(set.status()).as(set.text()).isEqualTo(200);
        assertThat(set.json().path("text").asString()).isEqualTo("Hello");
        assertThat(
                        orchestrator
                                .put("/api/admin/welcome", "{\"text\":\"Hi\",\"version\":9}")
                                .status())
                .isEqualTo(409);
        assertThat(
                        orchestrator
                                .put(
                                        "/api/admin/welcome",
                                        "{\"text\":null,\"version\":" + set.version() + "}")
                                .json()
                                .path("text")
                                .isNull())
                .isTrue();
    }
}
