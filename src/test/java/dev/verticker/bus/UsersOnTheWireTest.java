package dev.verticker.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Users;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Update;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsersOnTheWireTest {
  private final Actor actor = new Actor(7L, "ada", "session", "192.0.2.1");

  @Test
  void absent_null_and_new_values_stay_distinct_between_nodes() throws IOException {
    var update = new Update(
        actor,
        8,
        List.of(3L, 4L),
        null,
        FieldUpdate.of(null),
        FieldUpdate.of("ada@example.com"),
        FieldUpdate.of(List.of("admin")),
        FieldUpdate.of(new Password("secret")));

    assertEquals(
        update, Json.MAPPER.readValue(Json.MAPPER.writeValueAsBytes(update), Update.class));
  }

  @Test
  void a_password_is_never_printed() {
    var create = new Users.Create(actor, "ada", null, null, new Password("secret"), null);

    assertFalse(create.toString().contains("secret"));
  }

  @Test
  void a_status_of_a_newer_node_is_unknown_to_this_one() throws IOException {
    assertEquals(Users.Status.UNKNOWN, Json.MAPPER.readValue("\"FROZEN\"", Users.Status.class));
  }
}
