package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.testing.Command;
import dev.verticker.testing.Droplets;
import dev.verticker.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the delivered firewalls from a cluster member and from another machine on the same private network. */
@Tag("faults")
class FirewallTest {
  private static final int GUARDED = 0;
  private static final int MEMBER = 1;
  private static final int STRANGER = 2;

  private static final Set<Integer> PUBLIC = Set.of(22, 80, 443);

  /** Hazelcast, the event bus, the front doors, the management port, PostgreSQL, Redis; 4444 is unused. */
  private static final List<Integer> ALL =
      List.of(22, 80, 443, 5701, 15701, 8000, 8001, 9000, 5432, 6379, 4444);

  @TempDir
  private Path folder;

  private final Droplets droplets = Droplets.create(3);
  private String nft;

  @BeforeEach
  void tool() {
    nft = Tool.require("nft", "nftables").toString();
  }

  @AfterEach
  void close() {
    droplets.close();
  }

  @Test
  void only_nodes_reach_hazelcast_and_the_bus() throws IOException {
    assertEquals(Set.copyOf(ALL), reached(STRANGER), "without a firewall");
    var rules = Files.readString(Path.of("conf/deploy/systemd/verticker-firewall.nft"))
        .replace("10.0.0.2", droplets.address(GUARDED))
        .replace("10.0.0.3", droplets.address(MEMBER));

    guard(rules);

    assertEquals(PUBLIC, reached(STRANGER));
    assertEquals(
        new TreeSet<>(ALL.stream().filter(port -> port != 4444).toList()), reached(MEMBER));
  }

  @Test
  void a_new_droplet_is_reachable_only_by_ssh_and_through_nginx() throws IOException {
    var files = new YAMLMapper()
        .readTree(Path.of("conf/deploy/cloud-init.yaml").toFile())
        .get("write_files");
    var rules = StreamSupport.stream(files.spliterator(), false)
        .filter(file -> file.get("path").asText().equals("/etc/nftables.conf"))
        .map(file -> file.get("content").asText())
        .findFirst()
        .orElseThrow();

    guard(rules);

    assertEquals(PUBLIC, reached(STRANGER));
    assertEquals(PUBLIC, reached(MEMBER));
  }

  private void guard(String rules) throws IOException {
    var file = Files.writeString(folder.resolve("firewall.nft"), rules);
    var command =
        Stream.concat(droplets.on(GUARDED).stream(), Stream.of(nft, "-f", file.toString()));
    assertEquals("", Command.run(command.toArray(String[]::new)));
  }

  /** Returns the ports that accept or refuse a connection: a firewall drops packets without a response. */
  private Set<Integer> reached(int from) {
    var ask =
        """
        for port in %s; do
          (timeout 2 bash -c "</dev/tcp/%s/$port" 2>&1 | grep -q refused && echo $port) &
        done
        wait
        """
            .formatted(
                ALL.stream().map(String::valueOf).collect(Collectors.joining(" ")),
                droplets.address(GUARDED));
    var command = Stream.concat(droplets.on(from).stream(), Stream.of("bash", "-c", ask));
    return Command.execute(Map.of(), command.toArray(String[]::new))
        .output()
        .lines()
        .map(Integer::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
