package dev.parley.gateway.web;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The contracts of the running build. */
@RestController
class Contracts {

    @GetMapping("/openapi.json")
    ResponseEntity<Resource> openApi() {
        return resource("contracts/openapi.json", MediaType.APPLICATION_JSON);
    }

    @GetMapping("/asyncapi.yaml")
    ResponseEntity<Resource> asyncApi() {
        return resource("contracts/asyncapi.yaml", MediaType.parseMediaType("application/yaml"));
    }

    private static ResponseEntity<Resource> resource(String path, MediaType type) {
        Resource resource = new ClassPathResource(path);
        return resource.exists()
                ? ResponseEntity.ok().contentType(type).body(resource)
                : ResponseEntity.notFound().build();
    }
}
