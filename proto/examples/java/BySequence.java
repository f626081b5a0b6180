/** BySequence - subscribes exactly once, second form: any effect, in one transaction with its sequence. */
import java.sql.DriverManager;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.serialization.*;

public class BySequence {
    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value());
    }

    public static void main(String[] arguments) throws Exception {
        var database = DriverManager.getConnection(System.getenv("JDBC_URL"));
        database.setAutoCommit(false);
        var seen = database.prepareStatement("INSERT INTO seen VALUES (?, ?, ?)"
            + " ON CONFLICT (partition, source) DO UPDATE"
            + " SET sequence = excluded.sequence WHERE seen.sequence < excluded.sequence");
        var tally = database.prepareStatement("UPDATE tally SET facts = facts + 1 WHERE type = ?");
        var consumer = new KafkaConsumer<>(Map.<String, Object>of(
            "bootstrap.servers", System.getenv("KAFKA_BROKERS"), "group.id", "tally",
            "group.instance.id", "tally-1", "enable.auto.commit", false,
            "auto.offset.reset", "earliest"), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of("ops.tickets.v1"));
        while (true) {
            for (var record : consumer.poll(Duration.ofSeconds(1))) {
                seen.setInt(1, record.partition());
                seen.setString(2, header(record, "ce_source"));
                seen.setLong(3, Long.parseLong(header(record, "ce_sequence")));
                tally.setString(1, header(record, "ce_type"));
                if (seen.executeUpdate() == 1)
                    tally.executeUpdate();
                database.commit();
            }
            consumer.commitAsync();
        }
    }
}
