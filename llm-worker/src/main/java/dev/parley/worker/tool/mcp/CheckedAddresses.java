package dev.parley.worker.tool.mcp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves a name for the one connection that is made with it: what was checked is what is
 * connected to, so a name that is rebound in between gains nothing. One refused address refuses
 * them all.
 */
final class CheckedAddresses implements DnsResolver {

    private final boolean privateToo;
    private final DnsResolver names;

    CheckedAddresses(boolean privateToo, DnsResolver names) {
        this.privateToo = privateToo;
        this.names = names;
    }

    /** The name has a refused address; says no more, so that nobody maps a network with it. */
    static final class RefusedAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        RefusedAddressException() {
            super("the address is private, link-local or otherwise not public");
        }
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = names.resolve(host);
        if (!privateToo) {
            for (InetAddress address : addresses) {
                if (!AddressRule.isPublic(address)) {
                    throw new RefusedAddressException();
                }
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
