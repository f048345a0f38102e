extension Rule {
    private static let system: Set = ["FoundationEssentials", "Glibc", "Synchronization"]

    /// The borders of the design: who may see whom.
    static let imports: [Rule] = doors + services + [operatorCommand, model, sharedBelowServices, noFoundation]

    /// Each C library and the one folder whose module may import it.
    private static let doors: [Rule] = [
        ("CLinux", "Shared/Reactor/"), ("CLibPQ", "Shared/Postgres/"), ("CRDKafka", "Shared/Kafka/"),
        ("CMicroHTTP", "Shared/HTTP/Server/"), ("CCurl", "Shared/HTTP/Client/"), ("CCrypto", "Shared/JOSE/"),
    ].map { library, door in
        Rule(
            "\(library) has one door, \(door)",
            breach: ("Shared/Messaging/Relay/Relay.swift", "private import \(library)\n"),
            lookalike: ("\(door)Fine.swift", "internal import \(library)\n"),
            applies: { !$0.hasPrefix(door) }
        ) { file in
            file.imports.filter { $0 == library }.map { Fault(line: 1, text: "imports \($0)") }
        }
    }

    private static let services: [Rule] = ["Catalog", "Cart", "Checkout", "StreamingEntitlement"].flatMap { service in
        let domain = system.union(["FilmClubModel"])
        let shell = domain.union([
            "\(service)Domain", "Contracts", "Messaging", "Postgres", "Kafka", "HTTPServer", "HTTPClient", "JOSE",
            "JSON", "ServiceShell",
        ])
        return [
            imports("\(service)'s domain sees the model only", in: "Services/\(service)/Domain", only: domain),
            imports(
                "\(service) sees its domain and the shared modules, never another service",
                in: "Services/\(service)/Service", only: shell),
            imports(
                "\(service)'s main starts its service", in: "Services/\(service)/Main",
                only: ["\(service)Service", "ServiceShell"]),
        ]
    }

    private static let operatorCommand = imports(
        "The operator's command reaches the services over HTTP and their stores, not through their code",
        in: "Services/Operator",
        only: system.union([
            "FilmClubModel", "HTTPClient", "JOSE", "JSON", "Kafka", "KafkaSettings", "OperatorCommand", "Postgres",
            "Reactor",
            "ServiceShell",
        ]))

    private static let model = imports(
        "The model that everybody shares stands on nothing", in: "Shared/FilmClubModel", only: system)

    private static let sharedBelowServices = Rule(
        "A shared module knows no service",
        breach: ("Shared/Messaging/Breach.swift", "import CheckoutDomain\n"),
        lookalike: ("Shared/Messaging/Fine.swift", "import ServiceShell\n"),
        applies: below("Shared")
    ) { file in
        file.imports.filter { module in
            module.hasSuffix("Domain") || module.hasSuffix("Service") || module == "OperatorCommand"
        }.map { Fault(line: 1, text: "imports \($0)") }
    }

    private static let noFoundation = Rule(
        "Nobody imports the whole of Foundation",
        breach: ("Shared/JSON/Breach.swift", "internal import struct Foundation.Date\n"),
        lookalike: ("Shared/JSON/Fine.swift", "// import Foundation\nimport FoundationEssentials\n"),
        applies: everyFile
    ) { file in
        file.imports.filter { $0 == "Foundation" }.map { Fault(line: 1, text: "imports all of \($0)") }
    }
}
