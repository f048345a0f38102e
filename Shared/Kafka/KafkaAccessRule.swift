internal import CRDKafka

/// One of a cluster's access rules ("ACL" to Kafka). What no rule allows is refused, where the cluster has an authoriser.
public struct KafkaAccessRule: Sendable, Hashable {
    public enum Operation: Sendable, CaseIterable {
        /// Of a topic's records; of a group: to be a member and to commit. Includes Describe.
        case read
        /// Of a topic's records. Includes Describe.
        case write
        case create
        case describe
    }

    public enum Resource: Sendable, Hashable {
        case topic(String)
        case group(String)
    }

    /// As the cluster calls whoever connects: `User:filmclub-cart`, or `User:CN=…` where it maps no names.
    public let principal: String
    // As librdkafka numbers them: a cluster may hold rules that this module would not make.
    let resourceType: Int32
    let name: String
    let pattern: Int32
    let host: String
    let operation: Int32
    let permission: Int32

    /// Allows it from every host, for the resource of exactly this name.
    public static func allow(_ principal: String, _ operation: Operation, _ resource: Resource) -> KafkaAccessRule {
        let (type, name) =
            switch resource {
            case .topic(let name): (RD_KAFKA_RESOURCE_TOPIC, name)
            case .group(let name): (RD_KAFKA_RESOURCE_GROUP, name)
            }
        return KafkaAccessRule(
            principal: principal, resourceType: Int32(bitPattern: type.rawValue), name: name,
            pattern: Int32(bitPattern: RD_KAFKA_RESOURCE_PATTERN_LITERAL.rawValue), host: "*",
            operation: Int32(bitPattern: operation.code.rawValue),
            permission: Int32(bitPattern: RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW.rawValue))
    }
}

extension KafkaAccessRule.Operation {
    fileprivate var code: rd_kafka_AclOperation_t {
        switch self {
        case .read: RD_KAFKA_ACL_OPERATION_READ
        case .write: RD_KAFKA_ACL_OPERATION_WRITE
        case .create: RD_KAFKA_ACL_OPERATION_CREATE
        case .describe: RD_KAFKA_ACL_OPERATION_DESCRIBE
        }
    }
}

extension KafkaAccessRule: CustomStringConvertible {
    /// `User:filmclub-cart may READ TOPIC checkout.orders.v1`
    public var description: String {
        let verb = unsafe String(cString: rd_kafka_AclOperation_name(.init(UInt32(bitPattern: operation))))
        let kind = unsafe String(cString: rd_kafka_ResourceType_name(.init(UInt32(bitPattern: resourceType))))
        let isAllowed = permission == Int32(bitPattern: RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW.rawValue)
        let isLiteral = pattern == Int32(bitPattern: RD_KAFKA_RESOURCE_PATTERN_LITERAL.rawValue)
        return "\(principal) \(isAllowed ? "may" : "must not") \(verb) \(kind) \(name)\(isLiteral ? "" : "…")"
            + (host == "*" ? "" : " from \(host)")
    }
}
