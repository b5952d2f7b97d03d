package holdfast.operate;

import holdfast.replication.Member;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/// Which members of a cluster are on this machine.
public final class LocalAddresses {
  private LocalAddresses() {}

  /// Those of `members` whose host is, or is a name for, an address of this machine.
  public static List<Member> here(List<Member> members) {
    return members.stream().filter(member -> isHere(member.host())).toList();
  }

  private static boolean isHere(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).anyMatch(LocalAddresses::isOurs);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static boolean isOurs(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }
}
