package dev.parley.audit.imports;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as another system had it: a tree of messages.
 *
 * @param source the system
 * @param current the message that its user saw last; null: the newest
 */
record ForeignConversation(
        String source,
        String id,
        @Nullable String title,
        List<Node> nodes,
        @Nullable String current) {

    /**
     * A message, or a node of the tree that is none (another author, no text): its children then
     * follow its parent.
     *
     * @param role user or assistant; null for what is not kept
     */
    record Node(
            String id,
            @Nullable String parent,
            @Nullable String role,
            String text,
            @Nullable String model,
            @Nullable Instant at) {

        boolean isKept() {
            return role != null && !text.isBlank();
        }
    }

    /** How many nodes are no messages that can be kept. */
    long skipped() {
        return nodes.stream().filter(node -> node.role() != null && !node.isKept()).count();
    }

    /**
     * The messages that are kept, parents before children, with parents that are kept; the branch
     * that its user saw last comes last, so that it is what is continued.
     */
    List<Node> ordered() {
        Map<String, Node> byId = new LinkedHashMap<>();
        nodes.forEach(node -> byId.put(node.id(), node));
        Map<String, List<Node>> children = new HashMap<>();
        List<Node> roots = new ArrayList<>();
        for (Node node : byId.values()) {
            Node parent = node.parent() == null ? null : byId.get(node.parent());
            if (parent == null || parent == node) {
                roots.add(node);
            } else {
                children.computeIfAbsent(parent.id(), id -> new ArrayList<>()).add(node);
            }
        }
        Set<String> seenLast = path(byId);
        List<Node> ordered = new ArrayList<>();
        Set<String> visited = new HashSet<>();
        record Visit(Node node, @Nullable String parent) {}
        Deque<Visit> stack = new ArrayDeque<>();
        lastSeenLast(roots, seenLast).reversed().forEach(root -> stack.push(new Visit(root, null)));
        while (!stack.isEmpty()) {
            Visit visit = stack.pop();
            if (!visited.add(visit.node().id())) {
                continue;
            }
            Node node = visit.node();
            String parent = visit.parent();
            if (node.isKept()) {
                ordered.add(
                        new Node(
                                node.id(),
                                parent,
                                node.role(),
                                node.text(),
                                node.model(),
                                node.at()));
                parent = node.id();
            }
            for (Node child :
                    lastSeenLast(children.getOrDefault(node.id(), List.of()), seenLast)
                            .reversed()) {
                stack.push(new Visit(child, parent));
            }
        }
        return ordered;
    }

    private Set<String> path(Map<String, Node> byId) {
        Set<String> path = new HashSet<>();
        Node node =
                current == null ? (nodes.isEmpty() ? null : nodes.getLast()) : byId.get(current);
        while (node != null && path.add(node.id())) {
            node = node.parent() == null ? null : byId.get(node.parent());
        }
        return path;
    }

    private static List<Node> lastSeenLast(List<Node> nodes, Set<String> path) {
        List<Node> order = new ArrayList<>();
        nodes.stream().filter(node -> !path.contains(node.id())).forEach(order::add);
        nodes.stream().filter(node -> path.contains(node.id())).forEach(order::add);
        return order;
    }
}
