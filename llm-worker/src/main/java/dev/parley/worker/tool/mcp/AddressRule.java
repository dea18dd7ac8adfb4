package dev.parley.worker.tool.mcp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses of the public internet, by IANA's special-purpose registries. Addresses that carry an
 * IPv4 address within (6to4, NAT64, Teredo, mapped, compatible) are refused where they are not
 * plainly public, since what they reach is decided elsewhere.
 */
final class AddressRule {

    private AddressRule() {}

    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        return switch (address) {
            case Inet4Address v4 -> isPublic4(v4.getAddress());
            case Inet6Address v6 -> isPublic6(v6.getAddress());
            default -> false;
        };
    }

    private static boolean isPublic4(byte[] a) {
        int first = a[0] & 0xff;
        int second = a[1] & 0xff;
        int third = a[2] & 0xff;
        boolean special =
                first == 0
                        || first >= 240
                        || first == 100 && second >= 64 && second < 128
                        || first == 192 && second == 0 && (third == 0 || third == 2)
                        || first == 198 && (second == 18 || second == 19)
                        || first == 198 && second == 51 && third == 100
                        || first == 203 && second == 0 && third == 113;
        return !special;
    }

    /** Global unicast alone, 2000::/3, less what is translated or for documentation. */
    private static boolean isPublic6(byte[] a) {
        int first = (a[0] & 0xff) << 8 | a[1] & 0xff;
        int second = (a[2] & 0xff) << 8 | a[3] & 0xff;
        boolean global = (a[0] & 0xe0) == 0x20;
        boolean teredoAndOthers = first == 0x2001 && second < 0x0200;
        boolean documentation = first == 0x2001 && second == 0x0db8;
        if (first == 0x2002) {
            return isPublic6to4(a);
        }
        return global && !teredoAndOthers && !documentation;
    }

    private static boolean isPublic6to4(byte[] a) {
        try {
            return isPublic(InetAddress.getByAddress(Arrays.copyOfRange(a, 2, 6)));
        } catch (java.net.UnknownHostException e) {
            return false;
        }
    }
}
