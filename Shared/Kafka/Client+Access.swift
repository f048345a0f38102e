internal import CRDKafka

/// Access rules, by calls that block the calling thread.
extension Client {
    /// All rules for one principal.
    func blockingRules(
        of principal: String, before deadline: ContinuousClock.Instant
    ) throws(KafkaError) -> [KafkaAccessRule] {
        var reason = [CChar](repeating: 0, count: 512)
        let filter = unsafe rd_kafka_AclBindingFilter_new(
            RD_KAFKA_RESOURCE_ANY, nil, RD_KAFKA_RESOURCE_PATTERN_ANY, principal, nil, RD_KAFKA_ACL_OPERATION_ANY,
            RD_KAFKA_ACL_PERMISSION_TYPE_ANY, &reason, reason.count)
        guard let filter = unsafe filter else { throw Self.impossible(principal, reason) }
        defer { unsafe rd_kafka_AclBinding_destroy(filter) }
        return unsafe try ask(RD_KAFKA_ADMIN_OP_DESCRIBEACLS, "listing access rules", before: deadline) {
            (handle, options, queue) in
            unsafe rd_kafka_DescribeAcls(handle, filter, options, queue)
        } read: { answer throws(KafkaError) in
            var count = 0
            let result = unsafe rd_kafka_event_DescribeAcls_result(answer)
            let rules = unsafe rd_kafka_DescribeAcls_result_acls(result, &count)
            return (0..<count).compactMap { index in unsafe (rules?[index]).map { unsafe KafkaAccessRule($0) } }
        }
    }

    func blockingAdd(_ rules: [KafkaAccessRule], before deadline: ContinuousClock.Instant) throws(KafkaError) {
        let operation = "adding access rules"
        unsafe try withBindings(rules, areFilters: false) { (bindings, count) throws(KafkaError) in
            unsafe try ask(RD_KAFKA_ADMIN_OP_CREATEACLS, operation, before: deadline) { (handle, options, queue) in
                unsafe rd_kafka_CreateAcls(handle, bindings, count, options, queue)
            } read: { answer throws(KafkaError) in
                var count = 0
                let result = unsafe rd_kafka_event_CreateAcls_result(answer)
                let outcomes = unsafe rd_kafka_CreateAcls_result_acls(result, &count)
                for index in 0..<count {
                    guard let outcome = unsafe outcomes?[index] else { continue }
                    unsafe try Self.check(rd_kafka_acl_result_error(outcome), operation)
                }
            }
        }
    }

    func blockingRemove(_ rules: [KafkaAccessRule], before deadline: ContinuousClock.Instant) throws(KafkaError) {
        let operation = "removing access rules"
        unsafe try withBindings(rules, areFilters: true) { (bindings, count) throws(KafkaError) in
            unsafe try ask(RD_KAFKA_ADMIN_OP_DELETEACLS, operation, before: deadline) { (handle, options, queue) in
                unsafe rd_kafka_DeleteAcls(handle, bindings, count, options, queue)
            } read: { answer throws(KafkaError) in
                var count = 0
                let result = unsafe rd_kafka_event_DeleteAcls_result(answer)
                let responses = unsafe rd_kafka_DeleteAcls_result_responses(result, &count)
                for index in 0..<count {
                    guard let response = unsafe responses?[index] else { continue }
                    unsafe try Self.check(rd_kafka_DeleteAcls_result_response_error(response), operation)
                }
            }
        }
    }

    // MARK: - One request

    /// Sends a request and reads its answer, which lives as long as `read` runs.
    @unsafe private func ask<Value>(
        _ kind: rd_kafka_admin_op_t, _ operation: String, before deadline: ContinuousClock.Instant,
        send: (OpaquePointer, OpaquePointer?, OpaquePointer?) -> Void,
        read: (OpaquePointer) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        let queue = unsafe withHandle { handle in unsafe rd_kafka_queue_new(handle) }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        unsafe withHandle { handle in
            let options = unsafe rd_kafka_AdminOptions_new(handle, kind)
            defer { unsafe rd_kafka_AdminOptions_destroy(options) }
            unsafe rd_kafka_AdminOptions_set_request_timeout(options, (deadline - .now).milliseconds, nil, 0)
            unsafe send(handle, options, queue)
        }
        guard let answer = unsafe rd_kafka_queue_poll(queue, (deadline - .now).milliseconds) else {
            throw KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT, while: operation)
        }
        defer { unsafe rd_kafka_event_destroy(answer) }
        let code = unsafe rd_kafka_event_error(answer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let detail = unsafe rd_kafka_event_error_string(answer).map { unsafe String(cString: $0) }
            throw KafkaError(code: code, while: operation, detail: detail)
        }
        return unsafe try read(answer)
    }

    @unsafe private static func check(_ error: OpaquePointer?, _ operation: String) throws(KafkaError) {
        guard let error = unsafe error, unsafe rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        let detail = unsafe String(cString: rd_kafka_error_string(error))
        throw unsafe KafkaError(code: rd_kafka_error_code(error), while: operation, detail: detail)
    }

    /// Lends librdkafka's form of the rules; a filter of all fields fits exactly its rule.
    @unsafe private func withBindings(
        _ rules: [KafkaAccessRule], areFilters: Bool,
        _ body: (UnsafeMutablePointer<OpaquePointer?>?, Int) throws(KafkaError) -> Void
    ) throws(KafkaError) {
        var bindings: [OpaquePointer?] = unsafe []
        defer { while let binding = unsafe bindings.popLast() { unsafe rd_kafka_AclBinding_destroy(binding) } }
        for rule in rules { unsafe bindings.append(try rule.makeBinding(isFilter: areFilters)) }
        let failure = unsafe bindings.withUnsafeMutableBufferPointer { buffer -> KafkaError? in
            do throws(KafkaError) {
                unsafe try body(buffer.baseAddress, buffer.count)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    fileprivate static func impossible(_ rule: String, _ reason: [CChar]) -> KafkaError {
        KafkaError(
            .configuration, retriable: false, "an access rule for \(rule) is not possible: \(String(cBytes: reason))")
    }
}

extension KafkaAccessRule {
    @unsafe fileprivate init(_ binding: OpaquePointer) {
        principal = unsafe String(cString: rd_kafka_AclBinding_principal(binding))
        resourceType = unsafe Int32(bitPattern: rd_kafka_AclBinding_restype(binding).rawValue)
        name = unsafe String(cString: rd_kafka_AclBinding_name(binding))
        pattern = unsafe Int32(bitPattern: rd_kafka_AclBinding_resource_pattern_type(binding).rawValue)
        host = unsafe String(cString: rd_kafka_AclBinding_host(binding))
        operation = unsafe Int32(bitPattern: rd_kafka_AclBinding_operation(binding).rawValue)
        permission = unsafe Int32(bitPattern: rd_kafka_AclBinding_permission_type(binding).rawValue)
    }

    fileprivate func makeBinding(isFilter: Bool) throws(KafkaError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        let make = unsafe isFilter ? rd_kafka_AclBindingFilter_new : rd_kafka_AclBinding_new
        let binding = unsafe make(
            .init(UInt32(bitPattern: resourceType)), name, .init(UInt32(bitPattern: pattern)), principal, host,
            .init(UInt32(bitPattern: operation)), .init(UInt32(bitPattern: permission)), &reason, reason.count)
        guard let binding = unsafe binding else { throw Client.impossible(principal, reason) }
        return unsafe binding
    }
}
