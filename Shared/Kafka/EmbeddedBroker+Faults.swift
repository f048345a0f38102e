internal import CRDKafka

/// What can be made to go wrong.
extension EmbeddedBroker {
    /// The protocol's requests that faults can be aimed at.
    public enum Request: Int16, Sendable, CaseIterable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case syncGroup = 14
        case initProducerID = 22
    }

    /// How a broker fails a request.
    public enum Fault: Sendable, CaseIterable {
        /// The connection is cut instead of an answer.
        case disconnect
        case notLeader
        case requestTimedOut
        case coordinatorNotAvailable
        case messageTooLarge
        case topicNotAuthorised
        /// No producer's number for who may write nothing.
        case clusterNotAuthorised
        /// Ends the epoch of an idempotent producer.
        case outOfOrderSequence
        case unknownProducer
        /// The group has gone on without this member.
        case unknownMember

        var code: rd_kafka_resp_err_t {
            switch self {
            case .disconnect: RD_KAFKA_RESP_ERR__TRANSPORT
            case .notLeader: RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION
            case .requestTimedOut: RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT
            case .coordinatorNotAvailable: RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE
            case .messageTooLarge: RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE
            case .topicNotAuthorised: RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
            case .clusterNotAuthorised: RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED
            case .outOfOrderSequence: RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER
            case .unknownProducer: RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID
            case .unknownMember: RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID
            }
        }
    }

    /// The next requests of that kind, of whichever client, fail so, one after the other.
    public func fail(_ request: Request, with faults: [Fault]) throws(KafkaError) {
        unsafe try withCluster("failing requests") { cluster in
            let codes = faults.map(\.code)
            unsafe rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, codes.count, codes)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Cuts all connections and accepts none; `broker` counts from 1, nil is all. What it holds stays.
    public func takeDown(broker: Int? = nil) throws(KafkaError) {
        unsafe try withCluster("taking brokers down") { cluster in
            unsafe rd_kafka_mock_broker_set_down(cluster, Int32(clamping: broker ?? -1))
        }
    }

    public func bringUp(broker: Int? = nil) throws(KafkaError) {
        unsafe try withCluster("bringing brokers up") { cluster in
            unsafe rd_kafka_mock_broker_set_up(cluster, Int32(clamping: broker ?? -1))
        }
    }

    /// Delays each answer.
    public func setRoundTrip(_ delay: Duration, broker: Int? = nil) throws(KafkaError) {
        unsafe try withCluster("setting the round trip") { cluster in
            unsafe rd_kafka_mock_broker_set_rtt(cluster, Int32(clamping: broker ?? -1), delay.milliseconds)
        }
    }
}
