import Glibc
import Kafka
import Reactor
import TestSupport

/// The broker: both kinds write their address where the services look for it.
extension Fleet {
    var kafka: KafkaConfiguration { KafkaConfiguration(bootstrapFile: "\(state)/run/broker.address") }

    func startBroker() async throws {
        let address = "\(state)/run/broker.address"
        unlink(address)
        let number = counts.withLock { $0.nextLife() }
        let outputFile = "\(state)/log/broker-\(number).log"
        let process =
            switch broker {
            case .embedded:
                try Process.start(
                    "\(Self.root)/.build/debug/filmclub", ["broker", "--address-file", address],
                    outputFile: outputFile)
            case .apacheKafka:
                // What a script starts ends with it: it waits.
                try startScript(
                    "start_kafka && printf '%s\\n' \"$kafka_servers\" >\"\(address)\" && wait", outputFile: outputFile)
            }
        brokerProcess.withLock { $0 = process }
        try await wait(for: "the broker has written its address") {
            guard process.isRunning else { throw FleetFailed("the broker ended: \(process.output)") }
            return File.text(address)?.hasSuffix("\n") == true
        }
    }

    /// Ends the broker without a word. The embedded one forgets everything by that.
    func killBroker() async {
        switch broker {
        case .embedded:
            brokerProcess.withLock { $0 }?.signal(SIGKILL)
            unlink("\(state)/run/broker.address")
        case .apacheKafka:
            _ = try? await script(
                """
                pid=$(cat "$state/run/kafka.pid") && kill -KILL -- "-$pid" && while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
                """)
        }
    }
}
