/** ById - subscribes exactly once, first form: every effect is a row that is known by ce_id. */
import java.sql.DriverManager;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.serialization.*;

public class ById {
    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value());
    }

    public static void main(String[] arguments) throws Exception {
        var database = DriverManager.getConnection(System.getenv("JDBC_URL"));
        var insert = database.prepareStatement("INSERT INTO timeline (id, ticket, type, at)"
            + " VALUES (?, ?, ?, ?::timestamptz) ON CONFLICT DO NOTHING");
        var consumer = new KafkaConsumer<>(Map.<String, Object>of(
            "bootstrap.servers", System.getenv("KAFKA_BROKERS"), "group.id", "timeline",
            "group.instance.id", "timeline-1", "enable.auto.commit", false,
            "auto.offset.reset", "earliest"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of("ops.tickets.v1"));
        while (true) {
            for (var record : consumer.poll(Duration.ofSeconds(1))) {
                insert.setString(1, header(record, "ce_id"));
                insert.setString(2, header(record, "ce_subject"));
                insert.setString(3, header(record, "ce_type"));
                insert.setString(4, header(record, "ce_time"));
                insert.executeUpdate();
            }
            consumer.commitAsync();
        }
    }
}
