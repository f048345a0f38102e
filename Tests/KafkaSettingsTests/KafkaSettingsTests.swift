import Kafka
import KafkaSettings
import ServiceShell
import Testing

@Suite("Settings of the broker") struct KafkaSettingsTests {
    private func settings(_ environment: [String: String]) throws -> KafkaConfiguration {
        try KafkaConfiguration(
            Configuration(keys: KafkaConfiguration.keys, environment: environment, file: ""), clientID: "test")
    }

    @Test("A file that is not there is told with its setting, before anything starts")
    func missingFile() {
        #expect(
            throws: ConfigurationError(
                "KAFKA_TLS_CA must be the path of a file that can be read, but \"/nowhere/ca.pem\" is not.")
        ) {
            try settings(["KAFKA_BOOTSTRAP_SERVERS": "a:1", "KAFKA_TLS": "true", "KAFKA_TLS_CA": "/nowhere/ca.pem"])
        }
    }

    @Test(
        "Halves are refused in a whole sentence: nobody is left believing in what does not happen",
        arguments: [
            ([:], "Set KAFKA_BOOTSTRAP_SERVERS or KAFKA_BOOTSTRAP_FILE."),
            (
                ["KAFKA_BOOTSTRAP_SERVERS": "a:1", "KAFKA_TLS_CA": "/dev/null"],
                "KAFKA_TLS_CA, _CERTIFICATE, _KEY and _KEY_PASSWORD need KAFKA_TLS=true."
            ),
            (
                ["KAFKA_BOOTSTRAP_SERVERS": "a:1", "KAFKA_TLS": "true", "KAFKA_TLS_KEY": "/dev/null"],
                "KAFKA_TLS_CERTIFICATE and KAFKA_TLS_KEY belong together: set both or neither."
            ),
            (
                ["KAFKA_BOOTSTRAP_FILE": "/a", "KAFKA_TLS": "true", "KAFKA_TLS_KEY_PASSWORD": "hunter2"],
                "KAFKA_TLS_KEY_PASSWORD needs KAFKA_TLS_KEY."
            ),
        ] as [([String: String], String)])
    func halves(_ environment: [String: String], _ sentence: String) {
        #expect(throws: ConfigurationError(sentence)) { try settings(environment) }
    }

    @Test("Without KAFKA_TLS there is none; with it alone the system's authorities judge the brokers")
    func whole() throws {
        #expect(try settings(["KAFKA_BOOTSTRAP_SERVERS": "a:1"]).tls == nil)
        let tls = try #require(try settings(["KAFKA_BOOTSTRAP_SERVERS": "a:1", "KAFKA_TLS": "true"]).tls)
        #expect(tls.caFile == nil && tls.certificateFile == nil && tls.keyFile == nil && tls.verifiesHostName)
    }
}
