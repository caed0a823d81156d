package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * An embedded PostgreSQL 17 on the loopback address, for development and tests. Its data is kept in its folder; every
 * login, also of its superuser, uses SCRAM as in production.
 */
public final class DevPostgres extends DevServer {
  private static final String SUPERUSER = "postgres";

  private final Path folder;
  private final Path programs;
  private final UnprivilegedUser unprivileged;
  private final boolean durable;
  private final AtomicInteger databases = new AtomicInteger();

  private DevPostgres(
      Path folder,
      Path programs,
      UnprivilegedUser unprivileged,
      ServerProcess server,
      int port,
      boolean durable) {
    super(server, port);
    this.folder = folder;
    this.programs = programs;
    this.unprivileged = unprivileged;
    this.durable = durable;
  }

  /**
   * Starts a server on the data in {@code folder}, which is created if missing. A server that a killed run left running
   * there is stopped first.
   *
   * @param preferredPort used if free, else any other; 0 = any
   * @param durable false is faster: data survives a killed server but not a power cut
   * @param log receives messages for the developer
   */
  public static DevPostgres start(
      Path folder, int preferredPort, boolean durable, Consumer<String> log) {
    var absolute = folder.toAbsolutePath().normalize();
    var programs = Binaries.ofThisRun().postgres();
    var program = programs.resolve("bin/postgres");
    var server = process(absolute);
    var port = prepare("PostgreSQL", absolute, server, preferredPort, log);
    var postgres = new DevPostgres(
        absolute, programs, UnprivilegedUser.toRun(program, absolute), server, port, durable);
    postgres.initialize();
    postgres.start();
    return postgres;
  }

  /** Stops a server that a killed run left running in {@code folder}. */
  static void stopLeftover(Path folder, Consumer<String> log) {
    process(folder.toAbsolutePath().normalize()).stopLeftover(log);
  }

  private static ServerProcess process(Path folder) {
    return new ServerProcess(
        "PostgreSQL",
        folder,
        Binaries.ofThisRun().postgres().resolve("bin/postgres"),
        folder.resolve("data/postmaster.pid"),
        ServerProcess.StopSignal.INT);
  }

  /**
   * A database that {@code user} owns, created if missing; the password is set to the given one.
   *
   * @param name of the database
   */
  public PostgresDatabase database(String name, String user, String password) {
    try (var connection = superuser()) {
      execute(
          connection,
          """
          do $$ begin create role %1$I login; exception when duplicate_object then null; end $$
          """,
          user);
      execute(connection, "alter role %1$I login password %2$L", user, password);
      if (!exists(connection, name)) {
        execute(connection, "create database %1$I owner %2$I", name, user);
      }
      return new PostgresDatabase(HOST, port(), name, user, password);
    } catch (SQLException e) {
      throw new DevServerException("database " + name + " cannot be created: " + e.getMessage(), e);
    }
  }

  /** The same database with the login of the superuser. */
  public PostgresDatabase asSuperuser(PostgresDatabase database) {
    return new PostgresDatabase(
        database.host(), database.port(), database.name(), SUPERUSER, superuserPassword());
  }

  /** A new empty database with its own owner; one of an earlier run in the same folder is dropped. */
  public PostgresDatabase createDatabase() {
    var name = "test_" + databases.incrementAndGet();
    try (var connection = superuser()) {
      execute(connection, "drop database if exists %1$I", name);
    } catch (SQLException e) {
      throw new DevServerException("database " + name + " cannot be removed: " + e.getMessage(), e);
    }
    return database(name, name, "secret-" + name);
  }

  /** A new database with the content and the owner of {@code template}, to which no session may be connected. */
  public PostgresDatabase copy(PostgresDatabase template) {
    var name = "test_" + databases.incrementAndGet();
    try (var connection = superuser()) {
      execute(connection, "drop database if exists %1$I", name);
      execute(
          connection,
          "create database %1$I template %2$I owner %3$I",
          name,
          template.name(),
          template.user());
    } catch (SQLException e) {
      throw new DevServerException(
          "database " + template.name() + " cannot be copied: " + e.getMessage(), e);
    }
    return new PostgresDatabase(HOST, port(), name, template.user(), template.password());
  }

  @Override
  public void start() {
    var command = new ArrayList<>(List.of(
        programs.resolve("bin/postgres").toString(),
        "-D",
        data().toString(),
        "-p",
        Integer.toString(port())));
    var settings = new ArrayList<>(List.of(
        "listen_addresses=" + HOST,
        // A socket file would be in the temporary folder, where another user's server may have one.
        "unix_socket_directories=",
        "timezone=UTC",
        "log_timezone=UTC",
        "max_connections=300"));
    if (!durable) {
      settings.addAll(List.of("fsync=off", "full_page_writes=off"));
    }
    for (var setting : settings) {
      command.add("-c");
      command.add(setting);
    }
    server().start(unprivileged.command(command), this::isReady);
  }

  private void initialize() {
    if (Files.exists(data().resolve("PG_VERSION"))) {
      return;
    }
    // A killed initdb leaves files behind.
    DirectoryTrees.delete(data());
    try {
      Files.deleteIfExists(passwordFile());
      Files.createFile(
          passwordFile(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(passwordFile(), UUID.randomUUID().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    unprivileged.own(passwordFile());
    var initdb = Programs.run(unprivileged.command(List.of(
        programs.resolve("bin/initdb").toString(),
        "--pgdata=" + data(),
        "--username=" + SUPERUSER,
        "--pwfile=" + passwordFile(),
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync")));
    if (!initdb.succeeded()) {
      throw new DevServerException(
          "PostgreSQL cannot create its data in " + folder + ": " + initdb.output());
    }
  }

  /** PostgreSQL writes its state into the eighth line of its pid file. */
  private boolean isReady() {
    try {
      var lines = Files.readAllLines(data().resolve("postmaster.pid"));
      return lines.size() > 7 && lines.get(7).strip().equals("ready");
    } catch (IOException e) {
      return false;
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Path passwordFile() {
    return folder.resolve("superuser-password");
  }

  private Connection superuser() throws SQLException {
    var url = new PostgresDatabase(HOST, port(), SUPERUSER, SUPERUSER, "").jdbcUrl();
    return DriverManager.getConnection(url, SUPERUSER, superuserPassword());
  }

  private String superuserPassword() {
    try {
      return Files.readString(passwordFile()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean exists(Connection connection, String database) throws SQLException {
    try (var query = connection.prepareStatement("select from pg_database where datname = ?")) {
      query.setString(1, database);
      try (var rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** The server itself quotes the names and texts, so that any password works. */
  private static void execute(Connection connection, String template, String... values)
      throws SQLException {
    var statement = "";
    try (var format = connection.prepareStatement("select format(?, variadic ?::text[])")) {
      format.setString(1, template);
      format.setArray(2, connection.createArrayOf("text", values));
      try (var rows = format.executeQuery()) {
        rows.next();
        statement = rows.getString(1);
      }
    }
    try (var execute = connection.createStatement()) {
      execute.execute(statement);
    }
  }
}
