package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** The console as a person uses it, and an ear on what the browser complains of. */
final class ConsolePage implements AutoCloseable {

    static final String PASSWORD = "demo-password";

    /** Everything here happens within seconds; a machine that is busy takes longer. */
    static final double PATIENCE_MS = 30_000;

    /** The browser says aloud each refused request; those are the page's to explain. */
    private static final String REFUSED_REQUEST = "Failed to load resource";

    private final BrowserContext context;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final URI address;
    private Page page;

    private ConsolePage(BrowserContext context, URI address) {
        this.context = context;
        this.address = address;
        this.page = tab();
        page.navigate(address + "/");
    }

    static ConsolePage open(Browser browser, URI address) {
        return open(browser, address, new Browser.NewContextOptions().setViewportSize(1280, 820));
    }

    static ConsolePage open(Browser browser, URI address, Browser.NewContextOptions options) {
        return new ConsolePage(
                browser.newContext(options.setReducedMotion(ReducedMotion.REDUCE)), address);
    }

    /** A page of the same browser, for the same person. */
    Page tab() {
        Page tab = context.newPage();
        tab.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().startsWith(REFUSED_REQUEST)) {
                complaints.add(message.text());
            }
        });
        tab.onPageError(complaints::add);
        return tab;
    }

    Page page() {
        return page;
    }

    /** From now on, everything is done in that tab. */
    ConsolePage in(Page tab) {
        page = tab;
        return this;
    }

    ConsolePage signIn(String user) {
        fillSignIn(user, PASSWORD);
        assertThat(id("composer")).isVisible(visible());
        awaitOpen();
        return this;
    }

    void fillSignIn(String user, String password) {
        id("username").fill(user);
        id("password").fill(password);
        id("sign-in-submit").click();
    }

    void awaitOpen() {
        awaitConnection("open");
    }

    void awaitConnection(String state) {
        assertThat(page.locator("parley-connection")).hasAttribute("data-state", state, soon());
    }

    /** Sends a message and gives the turn that it makes. */
    Locator ask(String text) {
        int before = turns().count();
        id("composer").fill(text);
        id("send").click();
        Locator turn = turns().nth(before);
        turn.waitFor(new Locator.WaitForOptions().setTimeout(PATIENCE_MS));
        return turn;
    }

    Locator turns() {
        return id("turn");
    }

    void awaitState(Locator turn, String state) {
        assertThat(turn).hasAttribute("data-state", state, soon());
    }

    /** Waits until some of a running answer is there, and gives it. */
    String awaitSomeText(Locator turn, int characters) {
        Locator text = turn.getByTestId("answer-text");
        page.waitForCondition(
                () -> text.innerText().length() > characters,
                new Page.WaitForConditionOptions().setTimeout(PATIENCE_MS));
        return text.innerText();
    }

    /** The answer that the frames made, and the one that {@code done} carried. */
    void assertComplete(Locator turn) {
        String id = turn.getAttribute("data-message-id");
        Object whole =
                page.evaluate(
                        "id => { const turn = document.querySelector('parley-chat').session"
                                + ".allTurns.find(t => t.messageId === id);"
                                + " return !turn.healed && turn.answer === turn.result.answer; }",
                        id);
        assertThat(whole).as("the pieces make up the recorded answer").isEqualTo(true);
    }

    /** Opens a page by what stands after {@code #} in the address. */
    void goTo(String hash) {
        page.evaluate("hash => { location.hash = hash; }", hash);
    }

    /** Opens a page beyond the chat, and waits until it has read what it shows. */
    void show(String hash) {
        goTo(hash);
        assertThat(page.locator("parley-page:visible"))
                .hasAttribute("data-shown", hash.substring(2).split("[?]")[0], soon());
        awaitRead();
    }

    /** Waits until no part of a page reads or changes anything any more. */
    void awaitRead() {
        assertThat(page.locator("[data-busy]")).hasCount(0, soonCount());
    }

    /**
     * Does something again and again until that many are found: the record follows the chat by a
     * moment.
     */
    void repeatUntil(Runnable action, Locator found, int count) {
        Awaitility.await(count + " of " + found)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(250))
                .atMost(Duration.ofMillis((long) PATIENCE_MS))
                .until(() -> {
                    action.run();
                    return found.count() == count;
                });
    }

    /** Applies the filters of the record. */
    void search() {
        id("filter-apply").click();
        awaitRead();
    }

    /** Of the conversation that is on screen. */
    String conversationId() {
        return String.valueOf(
                page.evaluate("document.querySelector('parley-chat').session.conversationId"));
    }

    Locator id(String testId) {
        return page.getByTestId(testId);
    }

    URI address() {
        return address;
    }

    BrowserContext context() {
        return context;
    }

    static LocatorAssertions.HasAttributeOptions soon() {
        return new LocatorAssertions.HasAttributeOptions().setTimeout(PATIENCE_MS);
    }

    static LocatorAssertions.ContainsTextOptions soonText() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MS);
    }

    static LocatorAssertions.HasCountOptions soonCount() {
        return new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE_MS);
    }

    static LocatorAssertions.HasTextOptions soonExactly() {
        return new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MS);
    }

    static LocatorAssertions.IsVisibleOptions visible() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MS);
    }

    @Override
    public void close() {
        context.close();
        assertThat(complaints).as("errors on the browser's console").isEmpty();
    }
}
