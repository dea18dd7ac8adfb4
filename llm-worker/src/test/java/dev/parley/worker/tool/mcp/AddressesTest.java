package dev.parley.worker.tool.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {

    @ParameterizedTest
    @CsvSource({
        // address,              public
        "8.8.8.8,                true",
        "93.184.216.34,          true",
        "100.63.0.1,             true",
        "2606:4700::1111,        true",
        "2002:0808:0808::1,      true",
        "127.0.0.1,              false",
        "127.9.9.9,              false",
        "0.0.0.0,                false",
        "0.1.2.3,                false",
        "10.0.0.1,               false",
        "172.16.0.1,             false",
        "172.31.255.255,         false",
        "192.168.1.1,            false",
        "169.254.169.254,        false",
        "100.64.0.1,             false",
        "192.0.0.8,              false",
        "192.0.2.1,              false",
        "198.18.0.1,             false",
        "198.51.100.7,           false",
        "203.0.113.7,            false",
        "224.0.0.1,              false",
        "240.0.0.1,              false",
        "255.255.255.255,        false",
        "::1,                    false",
        "::,                     false",
        "fe80::1,                false",
        "fc00::1,                false",
        "fd12:3456::1,           false",
        "ff02::1,                false",
        "::ffff:127.0.0.1,       false",
        "::ffff:10.0.0.1,        false",
        "64:ff9b::7f00:1,        false",
        "2002:7f00:0001::1,      false",
        "2002:a00:1::1,          false",
        "2001:0:1::1,            false",
        "2001:db8::1,            false",
    })
    void onlyPlainlyPublicOnes(String address, boolean isPublic) throws Exception {
        assertThat(AddressRule.isPublic(InetAddress.getByName(address))).isEqualTo(isPublic);
    }

    /** Answers with another address each time it is asked, as a rebinding name server does. */
    private static final class Rebinding implements DnsResolver {
        private final List<InetAddress[]> answers = new ArrayList<>();
        private int asked;

        Rebinding(String... each) throws UnknownHostException {
            for (String addresses : each) {
                List<InetAddress> all = new ArrayList<>();
                for (String address : addresses.split(" ")) {
                    all.add(InetAddress.getByName(address));
                }
                answers.add(all.toArray(InetAddress[]::new));
            }
        }

        @Override
        public InetAddress[] resolve(String host) {
            return answers.get(Math.min(asked++, answers.size() - 1));
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    @Test
    void whatWasCheckedIsWhatIsConnectedTo() throws Exception {
        Rebinding names = new Rebinding("8.8.8.8", "127.0.0.1");
        CheckedAddresses checked = new CheckedAddresses(false, names);

        assertThat(checked.resolve("tools.example"))
                .containsExactly(InetAddress.getByName("8.8.8.8"));
        // The name is not asked for a second time within one connection; the next one is checked.
        assertThat(names.asked).isEqualTo(1);
        assertThatThrownBy(() -> checked.resolve("tools.example"))
                .isInstanceOf(CheckedAddresses.RefusedAddressException.class);
    }

    @Test
    void oneRefusedAddressRefusesAll() throws Exception {
        CheckedAddresses checked =
                new CheckedAddresses(false, new Rebinding("8.8.8.8 169.254.169.254"));

        assertThatThrownBy(() -> checked.resolve("tools.example"))
                .isInstanceOf(CheckedAddresses.RefusedAddressException.class)
                .hasMessageNotContaining("169");
    }

    @Test
    void thePolicyMayAllowPrivateOnes() throws Exception {
        CheckedAddresses checked = new CheckedAddresses(true, new Rebinding("10.0.0.1"));

        assertThat(checked.resolve("tools.internal")).hasSize(1);
    }
}
